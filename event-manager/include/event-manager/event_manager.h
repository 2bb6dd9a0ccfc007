/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * An event loop on epoll: file descriptors with handlers.
 *
 * Device models own no loop; they expose file descriptors and handlers, and
 * the VMM adds these to a manager, one per I/O thread:
 *
 *	while (!stop)
 *		r = vm_event_wait(&manager, -1);
 *
 * A handler may add, change and remove any source, its own included.  After
 * a source was removed its handler is not called again, not even for an event
 * that had already arrived.
 *
 * Threading: a manager belongs to one thread, except that vm_event_wake() may
 * be called from any.
 */
#ifndef EVENT_MANAGER_EVENT_MANAGER_H
#define EVENT_MANAGER_EVENT_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event-manager/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * typedef vm_event_handler - called when a file descriptor is ready
 * @context: as given to vm_event_add()
 * @events: the EPOLL* bits that are set; EPOLLERR and EPOLLHUP come unasked
 */
typedef void (*vm_event_handler)(void *context, uint32_t events);

/**
 * struct vm_event_manager - an event loop; its members are the library's own
 */
struct vm_event_manager {
	bool is_open;
	int epoll_fd;
	int wake_fd;
	size_t count;
	struct vm_event_source *sources;
	struct vm_event_source *removed;
};

/**
 * vm_event_init - make a manager without sources
 * @manager: storage for it
 *
 * Returns:
 *	0 on success
 *	-EMFILE, -ENFILE or -ENOMEM from epoll_create1(2) or eventfd(2)
 */
VM_EVENT_API VM_EVENT_CHECK int vm_event_init(struct vm_event_manager *manager);

/**
 * vm_event_fini - release what the manager owns
 * @manager: initialised or zeroed, and not inside vm_event_wait()
 *
 * Does not close the watched file descriptors.
 */
VM_EVENT_API void vm_event_fini(struct vm_event_manager *manager);

/**
 * vm_event_add - watch a file descriptor
 * @manager: the manager
 * @fd: borrowed; remove it before you close it
 * @events: EPOLL* bits to wait for, such as EPOLLIN; 0 waits for errors only
 * @handler: called from vm_event_wait()
 * @context: handed to @handler; must outlive the source
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @handler is NULL
 *	-EEXIST, @fd is watched already
 *	-EPERM, @fd is of a kind that is always ready, such as a regular file
 *	-EBADF, @fd is not open
 *	-ENOMEM or -ENOSPC from epoll_ctl(2)
 */
VM_EVENT_API VM_EVENT_CHECK int vm_event_add(struct vm_event_manager *manager,
					     int fd, uint32_t events,
					     vm_event_handler handler,
					     void *context);

/**
 * vm_event_set - change what a file descriptor is watched for
 * @manager: the manager
 * @fd: a watched file descriptor
 * @events: replaces what was given to vm_event_add()
 *
 * Returns:
 *	0 on success
 *	-ENOENT, @fd is not watched
 */
VM_EVENT_API VM_EVENT_CHECK int vm_event_set(struct vm_event_manager *manager,
					     int fd, uint32_t events);

/**
 * vm_event_remove - stop watching a file descriptor
 * @manager: the manager
 * @fd: a watched file descriptor
 *
 * Does not close @fd.  Where @fd was closed before, against the contract, its
 * handler is not called again either; but if the file is still open by another
 * descriptor, epoll goes on reporting it and vm_event_wait() may spin.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, @fd is not watched
 */
VM_EVENT_API VM_EVENT_CHECK int vm_event_remove(
	struct vm_event_manager *manager, int fd);

/**
 * vm_event_wait - wait for events and call their handlers, once
 * @manager: the manager
 * @timeout_ms: longest wait in milliseconds; 0 only looks, -1 has no limit
 *
 * Handles a bounded number of events in one call, so that the caller gets to
 * look at its own state between two rounds however busy the sources are.  Not
 * to be called from a handler.
 *
 * Returns:
 *	the number of handlers called; 0 when the time ran out, a signal came,
 *	or vm_event_wake() was called
 *	-EBADF, @manager is not initialised
 */
VM_EVENT_API VM_EVENT_CHECK int vm_event_wait(struct vm_event_manager *manager,
					      int timeout_ms);

/**
 * vm_event_wake - make vm_event_wait() return
 * @manager: the manager; must outlive the call
 *
 * A wait that is under way, or else the next one, returns after handling
 * whatever had arrived.  May be called from any thread and from a signal
 * handler.
 */
VM_EVENT_API void vm_event_wake(struct vm_event_manager *manager);

#ifdef __cplusplus
}
#endif

#endif
