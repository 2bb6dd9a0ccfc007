/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <virtio-queue-testing/attack.h>

struct config_attack_info {
	const char *name;
	int error[2]; /* split, packed */
};

static const struct config_attack_info infos[VIRTQ_CONFIG_ATTACK_COUNT] = {
	[VIRTQ_CONFIG_ATTACK_SIZE_ZERO] = { "size 0", { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_SIZE_THREE] = { "size 3", { -EBADMSG, 0 } },
	[VIRTQ_CONFIG_ATTACK_SIZE_HUGE] = { "size 65535",
					    { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_DESC_UNALIGNED] = { "descriptor area unaligned",
						 { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_DRIVER_UNALIGNED] = { "driver area unaligned",
						   { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_DEVICE_UNALIGNED] = { "device area unaligned",
						   { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_DESC_HOLE] = { "descriptor area in a hole",
					    { -EFAULT, -EFAULT } },
	[VIRTQ_CONFIG_ATTACK_DRIVER_HOLE] = { "driver area in a hole",
					      { -EFAULT, -EFAULT } },
	[VIRTQ_CONFIG_ATTACK_DEVICE_HOLE] = { "device area in a hole",
					      { -EFAULT, -EFAULT } },
	[VIRTQ_CONFIG_ATTACK_WRAP] = { "area wraps",
				       { -EOVERFLOW, -EOVERFLOW } },
	[VIRTQ_CONFIG_ATTACK_DEVICE_ON_DRIVER] = { "used over available ring",
						   { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_DEVICE_ON_DESC] = { "used ring over descriptors",
						 { -EBADMSG, -EBADMSG } },
	[VIRTQ_CONFIG_ATTACK_DRIVER_ON_DESC] = { "available ring over "
						 "descriptors",
						 { -EBADMSG, -EBADMSG } },
};

const char *virtq_config_attack_name(enum virtq_config_attack attack)
{
	return infos[attack].name;
}

int virtq_config_attack_error(enum virtq_config_attack attack, bool is_packed)
{
	return infos[attack].error[is_packed];
}

static void spoil_size(struct virtq_config *config, uint32_t size)
{
	config->size = size;
	config->max_size = VIRTQ_MAX_SIZE;
}

void virtq_config_spoil(struct virtq_config *config, const struct vm_mem *mem,
			enum virtq_config_attack attack)
{
	const vm_gpa hole = (vm_mem_last_addr(mem) | 0xffff) + 1;
	const uint64_t last_desc = 16 * (uint64_t)(config->size - 1);

	switch (attack) {
	case VIRTQ_CONFIG_ATTACK_SIZE_ZERO:
		spoil_size(config, 0);
		break;
	case VIRTQ_CONFIG_ATTACK_SIZE_THREE:
		spoil_size(config, 3);
		break;
	case VIRTQ_CONFIG_ATTACK_SIZE_HUGE:
		spoil_size(config, 65535);
		break;
	case VIRTQ_CONFIG_ATTACK_DESC_UNALIGNED:
		config->desc += 8;
		break;
	case VIRTQ_CONFIG_ATTACK_DRIVER_UNALIGNED:
		config->driver += 1;
		break;
	case VIRTQ_CONFIG_ATTACK_DEVICE_UNALIGNED:
		config->device += 2;
		break;
	case VIRTQ_CONFIG_ATTACK_DESC_HOLE:
		config->desc = hole;
		break;
	case VIRTQ_CONFIG_ATTACK_DRIVER_HOLE:
		config->driver = hole;
		break;
	case VIRTQ_CONFIG_ATTACK_DEVICE_HOLE:
		config->device = hole;
		break;
	case VIRTQ_CONFIG_ATTACK_WRAP:
		config->desc = UINT64_MAX - 15;
		break;
	case VIRTQ_CONFIG_ATTACK_DEVICE_ON_DRIVER:
		config->device = config->driver;
		break;
	case VIRTQ_CONFIG_ATTACK_DEVICE_ON_DESC:
		config->device = config->desc + last_desc;
		break;
	case VIRTQ_CONFIG_ATTACK_DRIVER_ON_DESC:
		config->driver = config->desc + last_desc;
		break;
	case VIRTQ_CONFIG_ATTACK_COUNT:
		break;
	}
}
