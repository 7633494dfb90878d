public import ReplicaStore

/// One thing that every implementation of `ReplicaStore` must do.
///
/// ```swift
/// @Test(arguments: ConformanceCheck.all)
/// func `the store passes`(_ check: ConformanceCheck) throws {
///     try check.run { try MyStore(folder: makeFolder(), archive: RevisionMaker.archive(1)) }
/// }
/// ```
public struct ConformanceCheck: Sendable, CustomStringConvertible {
    /// Makes an empty replica whose archive id is open and is `RevisionMaker.archive(1)`; each call another one.
    public typealias Factory = () throws -> any ReplicaStore

    /// What must hold, as a sentence.
    public let description: String
    private let body: @Sendable (Factory) throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Factory) throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Throws if it does not hold.
    public func run(_ make: Factory) throws { try body(make) }

    /// All that must hold.
    public static let all: [ConformanceCheck] =
        log + waiting + archive + remotes + refusals + reconciliation + deletions + blobs + letters + search + operators
        + care
}
