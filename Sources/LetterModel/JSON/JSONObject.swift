/// The members of a JSON object, each name once, always in canonical order (RFC 8785: by UTF-16 code units).
public struct JSONObject: Sendable, Hashable {
    /// One name with its value.
    public struct Member: Sendable, Hashable {
        /// The name, compared by bytes.
        public let key: String
        /// What it stands for.
        public var value: JSONValue

        /// Pairs a name with its value.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }

        /// Whether both have the same bytes.
        public static func == (left: Member, right: Member) -> Bool {
            left.key.hasSameBytes(as: right.key) && left.value == right.value
        }

        /// Feeds the bytes that equality looks at.
        public func hash(into hasher: inout Hasher) {
            key.hashBytes(into: &hasher)
            hasher.combine(value)
        }
    }

    /// All members in canonical order.
    public private(set) var members: [Member]

    /// An object without members.
    public init() {
        members = []
    }

    /// An object from pairs in any order; of two with one name the last counts.
    public init(_ pairs: [(String, JSONValue)]) {
        members = []
        for (key, value) in pairs { self[key] = value }
    }

    /// For the scanner, which has checked the order itself.
    init(inCanonicalOrder members: [Member]) {
        self.members = members
    }

    /// The value under a name; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get {
            let (index, isFound) = position(of: key)
            return isFound ? members[index].value : nil
        }
        set {
            let (index, isFound) = position(of: key)
            switch (newValue, isFound) {
            case (let value?, true): members[index].value = value
            case (let value?, false): members.insert(Member(key: key, value: value), at: index)
            case (nil, true): members.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// The names in canonical order.
    public var keys: [String] { members.map(\.key) }

    /// The number of members.
    public var count: Int { members.count }

    /// Whether there are none.
    public var isEmpty: Bool { members.isEmpty }

    /// Where a name stands, or would stand.
    private func position(of key: String) -> (index: Int, isFound: Bool) {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            switch members[middle].key.canonicalOrder(to: key) {
            case .before: low = middle + 1
            case .after: high = middle
            case .same: return (middle, true)
            }
        }
        return (low, false)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object from pairs; of two with one name the last counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
