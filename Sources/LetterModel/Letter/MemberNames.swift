/// The names of those members of a letter that somebody needs, and no others.
package struct MemberNames: Sendable {
    /// In canonical order.
    let all: [(text: String, bytes: [UInt8])]

    /// No members.
    package static let none = MemberNames([])

    /// Names of ASCII.
    package init(_ names: [String]) {
        all = names.map { (text: $0, bytes: Array($0.utf8)) }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }
}

extension Letter {
    /// These members of a letter, and no others.
    package func only(_ names: MemberNames) -> Letter {
        Letter(members: JSONObject(names.all.compactMap { name in members[name.text].map { (name.text, $0) } }))
    }

    /// These members of the letter that content bytes spell, and no others. The bytes must be one canonical JSON object: what is not needed is looked
    /// through, and nothing is made of it.
    package init(only names: MemberNames, parsing contentBytes: Span<UInt8>) throws(RevisionError) {
        guard let places = CanonicalCheck.places(of: names, in: contentBytes) else {
            self = try Revision.letter(parsing: contentBytes.copied(0..<contentBytes.count)).only(names)
            return
        }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(names.all.count)
        for (name, place) in zip(names.all, places) {
            guard let place else { continue }
            do throws(JSONError) {
                let value = try JSONScanner.parse(contentBytes.copied(place), form: .canonical)
                members.append(JSONObject.Member(key: name.text, value: value))
            } catch {
                throw RevisionError(.contentSyntax, error.description)
            }
        }
        self.init(members: JSONObject(inCanonicalOrder: members))
    }
}

extension Span<UInt8> {
    /// Some of the bytes.
    fileprivate func copied(_ range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBufferPointer { Array($0) }
    }
}
