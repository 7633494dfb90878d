private import CMalloc

/// How the C library hands out memory to threads.
public enum MemoryArenas {
    /// Makes all threads share two arenas; call it before the first of them begins. By default each thread may get one of its own, and what
    /// one has freed is of no use to the others: an import kept 134 MB that way, and 93 MB with two, in the same time.
    ///
    /// They grow by megabytes, where the second one would grow by a page, with a system call for each: an import of 20,000 letters then has
    /// 27,000 page faults instead of 46,000.
    ///
    /// Source: https://man7.org/linux/man-pages/man3/mallopt.3.html
    public static func limit() {
        // It says 0 if it cannot: then more memory is used, or more time.
        _ = mallopt(M_ARENA_MAX, 2)
        _ = mallopt(M_TOP_PAD, 4 * 1024 * 1024)
    }
}
