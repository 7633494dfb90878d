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
    package init(only names: MemberNames, parsing contentBytes: [UInt8]) throws(RevisionError) {
        guard let places = CanonicalCheck.places(of: names, in: contentBytes) else {
            self = try Revision.letter(parsing: contentBytes).only(names)
            return
        }
        var members: [JSONObject.Member] = []
        for (name, place) in zip(names.all, places) {
            guard let place else { continue }
            do throws(JSONError) {
                members.append(
                    JSONObject.Member(key: name.text, value: try JSONScanner.member(of: contentBytes, at: place)))
            } catch {
                throw RevisionError(.contentSyntax, error.description)
            }
        }
        self.init(members: JSONObject(inCanonicalOrder: members))
    }
}
