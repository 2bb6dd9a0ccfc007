/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Descriptors, capabilities, scripted replies, and the record of calls. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* What kvm_fake_set_extension() need not set. */
static const struct {
	unsigned int cap;
	int value;
} default_extensions[] = {
	{ KVM_CAP_IRQCHIP, 1 },
	{ KVM_CAP_USER_MEMORY, 1 },
	{ KVM_CAP_NR_VCPUS, 4 },
	{ KVM_CAP_MAX_VCPUS, FAKE_MAX_VCPUS },
	{ KVM_CAP_MAX_VCPU_ID, MAX_VCPU_ID },
	{ KVM_CAP_NR_MEMSLOTS, FAKE_MAX_MEMSLOTS },
	{ KVM_CAP_MP_STATE, 1 },
	{ KVM_CAP_COALESCED_MMIO, KVM_COALESCED_MMIO_PAGE_OFFSET },
	{ KVM_CAP_COALESCED_PIO, 1 },
	{ KVM_CAP_IRQ_ROUTING, MAX_ROUTES },
	{ KVM_CAP_IRQFD, 1 },
	{ KVM_CAP_IRQFD_RESAMPLE, 1 },
	{ KVM_CAP_IOEVENTFD, 1 },
	{ KVM_CAP_IMMEDIATE_EXIT, 1 },
	{ KVM_CAP_SIGNAL_MSI, 1 },
	{ KVM_CAP_ONE_REG, 1 },
	{ KVM_CAP_DEVICE_CTRL, 1 },
	{ KVM_CAP_READONLY_MEM, 1 },
	{ KVM_CAP_USER_MEMORY2, 1 },
	{ KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3 },
	{ KVM_CAP_DIRTY_LOG_RING,
	  MAX_RING_ENTRIES * sizeof(struct kvm_dirty_gfn) },
	{ KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
	  MAX_RING_ENTRIES * sizeof(struct kvm_dirty_gfn) },
#ifdef __x86_64__
	{ KVM_CAP_PIT2, 1 },
	{ KVM_CAP_SPLIT_IRQCHIP, 1 },
	{ KVM_CAP_XSAVE2, 4096 },
#endif
};

/* A call whose argument is a number: the others' is a pointer. */
static bool is_by_value(unsigned long request)
{
	return _IOC_SIZE(request) == 0;
}

static int record_call(struct kvm_fake *fake, unsigned long request,
		       unsigned long arg)
{
	if (is_by_value(request))
		return store_push(&fake->calls, 0, request, &arg, sizeof(arg));
	return store_push(&fake->calls, 0, request, fake_pointer(arg),
			  arg ? fake_argument_size(request, arg) : 0);
}

/* A scripted reply, in a store's item. */
struct reply {
	unsigned int skip;
	int result;
	uint8_t data[];
};

/* Whether the script has the answer to this call; each may be asked once. */
static bool take_reply(struct kvm_fake *fake, unsigned long request,
		       unsigned long arg, int *ret_result)
{
	struct item *item = store_find(&fake->store, ITEM_REPLY, request, 0);
	size_t size;
	struct reply reply;

	if (!item)
		return false;
	memcpy(&reply, item->data, sizeof(reply));
	if (reply.skip) {
		reply.skip--;
		memcpy(item->data, &reply, sizeof(reply));
		return false;
	}
	size = item->size - sizeof(reply);
	if (size)
		memcpy(fake_pointer(arg), item->data + sizeof(reply), size);
	*ret_result = reply.result;
	store_remove(&fake->store, item);
	return true;
}

int fake_extension(struct kvm_fake *fake, unsigned long cap)
{
	struct item *item = store_find(&fake->store, ITEM_EXTENSION, cap, 0);
	int value = 0;

	if (item)
		memcpy(&value, item->data, sizeof(value));
	return value;
}

static struct object *find_object(struct kvm_fake *fake, int fd)
{
	struct object *object;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return NULL;
	for (object = fake->objects; object; object = object->next) {
		if (object->ino == st.st_ino && object->dev == st.st_dev)
			return object;
	}
	return NULL;
}

struct object *fake_vcpu(struct kvm_fake *fake, unsigned long id)
{
	struct object *object = fake->objects;

	while (object && (object->type != OBJECT_VCPU || object->id != id))
		object = object->next;
	return object;
}

static void free_object(struct object *object)
{
	if (object->run)
		munmap(object->run, object->map_size);
	store_fini(&object->state);
	free(object);
}

/* A memfd of @map_size bytes, mapped when there are any. */
static int open_object(struct object *object, size_t map_size)
{
	int fd = memfd_create("kvm-fake", MFD_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)map_size) != 0 || fstat(fd, &st) != 0)
		goto fail;
	if (map_size) {
		map = mmap(NULL, map_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			   fd, 0);
		if (map == MAP_FAILED)
			goto fail;
		object->run = map;
	}
	object->map_size = map_size;
	object->dev = st.st_dev;
	object->ino = st.st_ino;
	return fd;
fail:
	close(fd);
	return -ENOMEM;
}

int fake_new_object(struct kvm_fake *fake, enum object_type type,
		    struct object *vm, unsigned long id, size_t map_size)
{
	struct object *object = calloc(1, sizeof(*object));
	int fd;

	if (!object)
		return -ENOMEM;
	object->type = type;
	object->vm = vm;
	object->id = id;
	fd = open_object(object, map_size);
	if (fd < 0) {
		free(object);
		return fd;
	}
	object->next = fake->objects;
	fake->objects = object;
	return fd;
}

static int create_vm(struct kvm_fake *fake, unsigned long type)
{
#ifdef __aarch64__
	/* Address space sizes that the architecture has, and the default. */
	if (type && (type < 32 || type > 52))
		return -EINVAL;
#else
	if (type)
		return -EINVAL;
#endif
	return fake_new_object(fake, OBJECT_VM, NULL, 0, 0);
}

static int system_ioctl(struct kvm_fake *fake, unsigned long request,
			unsigned long arg)
{
	switch (request) {
	case KVM_GET_API_VERSION:
		return KVM_API_VERSION;
	case KVM_CHECK_EXTENSION:
		return fake_extension(fake, arg);
	case KVM_GET_VCPU_MMAP_SIZE:
		return RUN_PAGES * PAGE_SIZE;
	case KVM_CREATE_VM:
		return create_vm(fake, arg);
	default:
		return fake_arch_system_ioctl(fake, request, arg);
	}
}

static int dispatch(struct kvm_fake *fake, struct object *object,
		    unsigned long request, unsigned long arg)
{
	switch (object->type) {
	case OBJECT_KVM:
		return system_ioctl(fake, request, arg);
	case OBJECT_VM:
		return fake_vm_ioctl(fake, object, request, arg);
	case OBJECT_VCPU:
		return fake_vcpu_ioctl(fake, object, request, arg);
	case OBJECT_DEVICE:
		return fake_attr_ioctl(object, request, arg);
	}
	return -ENOTTY;
}

static int fake_ioctl(struct kvm_backend *backend, int fd,
		      unsigned long request, unsigned long arg)
{
	struct kvm_fake *fake = (struct kvm_fake *)backend;
	struct object *object;
	bool run = false;
	int r = 0;

	pthread_mutex_lock(&fake->lock);
	object = find_object(fake, fd);
	if (!object) {
		r = -EBADF;
		goto out;
	}
	r = record_call(fake, request, arg);
	if (r < 0 || take_reply(fake, request, arg, &r))
		goto out;
	run = object->type == OBJECT_VCPU && request == KVM_RUN;
	if (!run)
		r = dispatch(fake, object, request, arg);
out:
	pthread_mutex_unlock(&fake->lock);
	return run ? fake_run(fake, object) : r;
}

int kvm_fake_new(struct kvm_fake **ret_fake)
{
	struct kvm_fake *fake = calloc(1, sizeof(*fake));
	size_t count =
		sizeof(default_extensions) / sizeof(default_extensions[0]);
	int r;

	if (!fake)
		return -ENOMEM;
	fake->backend.ioctl = fake_ioctl;
	pthread_mutex_init(&fake->lock, NULL);
	for (size_t i = 0; i < count; i++) {
		r = kvm_fake_set_extension(fake, default_extensions[i].cap,
					   default_extensions[i].value);
		if (r < 0) {
			kvm_fake_free(fake);
			return r;
		}
	}
	*ret_fake = fake;
	return 0;
}

void kvm_fake_free(struct kvm_fake *fake)
{
	struct object *object;

	if (!fake)
		return;
	while ((object = fake->objects)) {
		fake->objects = object->next;
		free_object(object);
	}
	store_fini(&fake->store);
	store_fini(&fake->calls);
	pthread_mutex_destroy(&fake->lock);
	free(fake);
}

int kvm_fake_init(struct kvm_fake *fake, struct kvm_fd *kvm)
{
	int fd, r;

	pthread_mutex_lock(&fake->lock);
	fd = fake_new_object(fake, OBJECT_KVM, NULL, 0, 0);
	pthread_mutex_unlock(&fake->lock);
	if (fd < 0)
		return fd;
	r = kvm_init_from_fd(kvm, fd, &fake->backend);
	if (r < 0)
		close(fd);
	return r;
}

int kvm_fake_set_extension(struct kvm_fake *fake, unsigned int cap, int value)
{
	int r;

	pthread_mutex_lock(&fake->lock);
	r = store_set(&fake->store, ITEM_EXTENSION, cap, &value, sizeof(value));
	pthread_mutex_unlock(&fake->lock);
	return r;
}

int kvm_fake_push_reply(struct kvm_fake *fake,
			const struct kvm_fake_reply *reply)
{
	struct reply head = { .skip = reply->skip, .result = reply->result };
	uint8_t *item = malloc(sizeof(head) + reply->size);
	int r;

	if (!item)
		return -ENOMEM;
	memcpy(item, &head, sizeof(head));
	if (reply->size)
		memcpy(item + sizeof(head), reply->data, reply->size);
	pthread_mutex_lock(&fake->lock);
	r = store_push(&fake->store, ITEM_REPLY, reply->request, item,
		       sizeof(head) + reply->size);
	pthread_mutex_unlock(&fake->lock);
	free(item);
	return r;
}

unsigned int kvm_fake_count(struct kvm_fake *fake, unsigned long request)
{
	struct item *item = NULL;
	unsigned int count = 0;

	pthread_mutex_lock(&fake->lock);
	while ((item = store_next(&fake->calls, 0, item)))
		count += item->key == request;
	pthread_mutex_unlock(&fake->lock);
	return count;
}

int kvm_fake_get_argument(struct kvm_fake *fake, unsigned long request,
			  unsigned int index, void *buf, size_t size)
{
	int r;

	pthread_mutex_lock(&fake->lock);
	r = store_copy(store_find(&fake->calls, 0, request, index), buf, size);
	pthread_mutex_unlock(&fake->lock);
	return r;
}
