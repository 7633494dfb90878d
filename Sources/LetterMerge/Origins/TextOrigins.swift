public import LetterModel

/// Which revision each paragraph of a text comes from, as the letter is shown now.
///
/// A paragraph belongs to the revision that was the first to write it as it stands; who changes a word of it takes it over. Where a merge took
/// words of several sides into one paragraph, it belongs to all of them.
public struct TextOrigins: Hashable, Sendable {
    /// A paragraph with its origin.
    public struct Paragraph: Hashable, Sendable {
        /// The paragraph, without the empty lines behind it.
        public let text: String
        /// The revision that wrote it, or those whose words were merged in it; ascending, at least one.
        public let revisions: [RevisionID]

        /// A paragraph with its origin.
        public init(text: String, revisions: [RevisionID]) {
            self.text = text
            self.revisions = revisions
        }
    }

    /// The paragraphs in their order; empty where the letter has no such text.
    public let paragraphs: [Paragraph]

    /// Follows a text through a letter's history.
    ///
    /// - Parameters:
    ///   - member: which text, such as `body` or `translations.de.body`.
    ///   - history: all revisions of the letter, parents before their children.
    public init(of member: MemberPath, in history: [HistoryRevision]) {
        let trace = OriginTrace(member, history)
        let heads = history.map(\.id).filter { id in !history.contains { $0.parents.contains(id) } }
        paragraphs = trace.origins(after: heads).paragraphs
    }
}

/// The paragraphs of one version of a text, each with its origin.
private struct VersionOrigins {
    var tokens: TokenList
    var origins: [Set<RevisionID>]

    static let none = VersionOrigins(text: nil, origins: [])

    init(text: String?, origins: [Set<RevisionID>]) {
        tokens = VersionOrigins.tokens(of: text)
        self.origins = origins
    }

    /// The paragraphs, the last one with an empty line behind it like all others: one that is added behind it changes it not.
    static func tokens(of text: String?) -> TokenList {
        guard let text, !text.utf8.isEmpty else { return TokenList(paragraphsOf: MergedText()) }
        var bytes = Array(text.utf8)
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return TokenList(paragraphsOf: MergedText(plain: (bytes + Array("\n\n".utf8))[...]))
    }

    var paragraphs: [TextOrigins.Paragraph] {
        origins.enumerated().map { index, origin in
            var bytes = tokens.plainBytes(index..<(index + 1))
            while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            return TextOrigins.Paragraph(text: String(decoding: bytes, as: UTF8.self), revisions: origin.sorted())
        }
    }
}

/// Follows one text from the roots on.
private struct OriginTrace {
    private let member: MemberPath
    private let history: [HistoryRevision]
    private let places: [RevisionID: Int]
    private var versions: [RevisionID: VersionOrigins] = [:]

    init(_ member: MemberPath, _ history: [HistoryRevision]) {
        self.member = member
        self.history = history
        places = Dictionary(
            history.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        for revision in history {
            let before = origins(after: revision.parents)
            // A tombstone leaves the text as it was, for the day on which the letter is restored.
            guard let letter = revision.letter else {
                versions[revision.id] = before
                continue
            }
            versions[revision.id] = attribute(letter[member]?.text, to: [revision.id], unlessIn: [before])
        }
    }

    /// What the letter says where these revisions are its heads.
    func origins(after heads: [RevisionID]) -> VersionOrigins {
        let known = heads.compactMap { versions[$0] }
        guard known.count > 1 else { return known.first ?? .none }
        let letter = Merge.view(of: history.ancestors(of: heads)).letter
        return attribute(letter[member]?.text, to: Set(heads), unlessIn: known)
    }

    private func attribute(
        _ text: String?, to writers: Set<RevisionID>, unlessIn sources: [VersionOrigins]
    ) -> VersionOrigins {
        var version = VersionOrigins(text: text, origins: [])
        version.origins = Array(repeating: [], count: version.tokens.count)
        for source in sources {
            for (from, to) in Self.kept(from: source.tokens, to: version.tokens) {
                let origin = source.origins[from]
                if version.origins[to].isEmpty || place(origin) < place(version.origins[to]) {
                    version.origins[to] = origin
                }
            }
        }
        for index in version.origins.indices where version.origins[index].isEmpty { version.origins[index] = writers }
        return version
    }

    /// Where an origin stands in the history: of two that wrote the same words, the first counts.
    private func place(_ origin: Set<RevisionID>) -> Int { origin.compactMap { places[$0] }.min() ?? .max }

    /// The paragraphs that stayed, by their numbers in both versions.
    private static func kept(from base: TokenList, to other: TokenList) -> [(Int, Int)] {
        var kept: [(Int, Int)] = []
        var (from, to) = (0, 0)
        for change in Alignment.changes(from: base, to: other) {
            while from < change.base.lowerBound {
                kept.append((from, to))
                (from, to) = (from + 1, to + 1)
            }
            (from, to) = (change.base.upperBound, change.other.upperBound)
        }
        while from < base.count, to < other.count {
            kept.append((from, to))
            (from, to) = (from + 1, to + 1)
        }
        return kept
    }
}
