private import CMalloc

/// How the C library hands out memory to threads.
public enum MemoryArenas {
    /// Makes all threads share four arenas; call it before the first of them begins. By default each thread may get one of its own, and what
    /// one has freed is of no use to the others: a third more memory. With two, threads that take in letters wait for each other: 4 % of their
    /// processor time, in an import and in a clone, and 8 MB less.
    ///
    /// They grow by megabytes, where all but the first would grow by a page, with a system call for each, and keep megabytes of what was freed.
    /// Pages of letters and batches of frames stand in them too: by default each would be mapped anew from the system, and every page of
    /// memory of it cleared. An import of 100,000 letters then has 29,000 page faults instead of 104,000, a push 54,000 instead of 117,000.
    ///
    /// Source: https://man7.org/linux/man-pages/man3/mallopt.3.html
    public static func limit() {
        // It says 0 if it cannot: then more memory is used, or more time.
        _ = mallopt(M_ARENA_MAX, 4)
        _ = mallopt(M_TOP_PAD, 4 * 1024 * 1024)
        _ = mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024)
        _ = mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024)
    }
}
