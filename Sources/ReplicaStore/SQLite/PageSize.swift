/// How many bytes the pages of `archive.sqlite` have: a property of the file, set when it is made.
///
/// Large pages waste less behind contents, and a transaction that brings thousands of letters writes a page of nearly every leaf of the
/// indexes, however large they are; a commit of one letter writes less with small ones. Documentation/performance.md has the figures.
enum PageSize {
    /// The size for a new file. A laptop takes in letters by the thousand, a server commits what many clients push.
    static func bytes(_ mode: ReplicaMode) -> Int {
        switch mode {
        case .local: 16_384
        case .server: 4096
        }
    }

    /// All sizes that files of this project have. Those of laptops were smaller once.
    static let all = [4096, 8192, 16_384]
}
