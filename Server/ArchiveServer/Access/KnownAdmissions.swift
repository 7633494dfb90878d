import Hashing

/// Tokens and archives as the registry had them in one generation, so that a client which asks again costs no question to a database.
///
/// **Invariant.** Everything in it was read in `generation`: it is good for as long as the registry says that this is the current one.
///
/// A token is found by the hash of all that was presented. So a wrong secret for a known id takes as long as an unknown id does, and
/// no secret is kept. Only what is there is kept, never that something is not: no client fills this by guessing.
struct KnownAdmissions {
    /// Tokens, and archives, that are kept at most; past that all are read again.
    static let limit = 4096

    private var generation = -1
    private var grants: [Digest: Grant] = [:]
    private var archives: [ArchiveName: ArchiveRecord] = [:]

    /// Whose token was presented, if that is known in a generation.
    func grant(presenting hash: Digest, in generation: Int?) -> Grant? {
        generation == self.generation ? grants[hash] : nil
    }

    /// The archive of a name, if it is known in a generation.
    func archive(named name: ArchiveName, in generation: Int?) -> ArchiveRecord? {
        generation == self.generation ? archives[name] : nil
    }

    mutating func keep(_ grant: Grant, presenting hash: Digest, in generation: Int) {
        enter(generation)
        if self.generation == generation { grants[hash] = grant }
    }

    mutating func keep(_ archive: ArchiveRecord, in generation: Int) {
        enter(generation)
        if self.generation == generation { archives[archive.name] = archive }
    }

    /// Goes on to a newer generation. What a slower thread read in an older one is not kept.
    private mutating func enter(_ generation: Int) {
        guard generation > self.generation || grants.count + archives.count >= KnownAdmissions.limit else { return }
        self.generation = max(generation, self.generation)
        grants = [:]
        archives = [:]
    }
}
