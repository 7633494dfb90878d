// Tells ThreadSanitizer of Swift's Mutex. A mutex that is free is taken and given back by atomics in the program's own code, which
// the sanitizer sees; one that somebody holds, by functions of a library that it does not see, so that it would take what one thread after
// another does under the mutex for races. `make sanitize` links this before that library.
//
// Source: https://github.com/swiftlang/swift/blob/main/stdlib/public/Synchronization/Mutex/LinuxImpl.swift

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void chancery_lock(uint32_t thread, CONTEXT void *mutex) __asm__(LOCK);
SWIFT void chancery_unlock(CONTEXT void *mutex) __asm__(UNLOCK);

static void *find(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

SWIFT void chancery_lock(uint32_t thread, CONTEXT void *mutex) {
    ((SWIFT void (*)(uint32_t, CONTEXT void *))find(LOCK))(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void chancery_unlock(CONTEXT void *mutex) {
    __tsan_release(mutex);
    ((SWIFT void (*)(CONTEXT void *))find(UNLOCK))(mutex);
}
