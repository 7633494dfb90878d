public import LetterModel

/// A field on which the heads disagree and no rule can decide, with everything that a person needs to decide it.
public struct Conflict: Hashable, Sendable {
    /// What sort of decision is asked for; the raw value is part of the JSON contract.
    public enum Kind: String, Sendable {
        /// One of several values of a member.
        case value
        /// Runs of words or paragraphs inside a text.
        case text
        /// One of several values under a key of a map, or of a member of a part.
        case map
        /// The letter was deleted on one side and edited on the other.
        case deletedAndEdited
    }

    /// A value that some heads hold.
    public struct Side: Hashable, Sendable {
        /// The highest head that holds it.
        public let head: RevisionID
        /// The value; nil where the member was removed.
        public let value: JSONValue?

        /// Pairs a head with its value.
        public init(head: RevisionID, value: JSONValue?) {
            self.head = head
            self.value = value
        }
    }

    /// A stretch of a text that several heads changed differently.
    public struct Hunk: Hashable, Sendable {
        /// What stood there before.
        public let base: String
        /// What the heads made of it: each once, sorted by bytes.
        public let values: [String]
        /// For each of the values the heads that say so, the highest first.
        public let heads: [[RevisionID]]
        /// Where the value that is shown stands in the text that is shown, in UTF-8 bytes; nil if that is not known.
        public let place: Range<Int>?

        /// The ends of paragraphs that are left out of what people see of the stretch, for ``Conflict/text(_:taking:)``.
        package var ends = Ends()

        /// A stretch with its alternatives.
        public init(base: String, values: [String], heads: [[RevisionID]] = [], place: Range<Int>? = nil) {
            self.base = base
            self.values = values
            self.heads = heads
            self.place = place
        }
    }

    /// Which member; nil for delete against edit.
    public let field: MemberPath?
    /// What sort of decision is asked for.
    public let kind: Kind
    /// What the member was before the sides parted; nil where it was absent or no one value can be named.
    public let base: JSONValue?
    /// The values to choose from, sorted by canonical bytes, the removal first. Empty for delete against edit.
    public let values: [Side]
    /// For texts: the stretches that are in conflict. The rest of the text is merged.
    public let hunks: [Hunk]
    /// For delete against edit: all heads, ascending.
    public let heads: [RevisionID]

    /// A conflict of its parts.
    public init(
        field: MemberPath?, kind: Kind, base: JSONValue? = nil, values: [Side] = [], hunks: [Hunk] = [],
        heads: [RevisionID] = []
    ) {
        self.field = field
        self.kind = kind
        self.base = base
        self.values = values
        self.hunks = hunks
        self.heads = heads
    }
}
