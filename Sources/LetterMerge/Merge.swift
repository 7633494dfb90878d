import Canaries
import LetterModel

/// The rule by which heads become one letter.
public enum Merge {
    /// The rule's number, which an archive pins.
    public static let rule = 1

    /// The letter that people see.
    ///
    /// The result depends on the set of revisions alone, not on their order; duplicates do no harm.
    ///
    /// - Parameter revisions: all revisions of one letter, with all their ancestors.
    public static func view(of revisions: [HistoryRevision]) -> LetterView {
        let history = History(revisions)
        return settledView(history) ?? mergedView(history)
    }

    /// The same without the short way for letters with one head: tests compare the two.
    package static func mergedView(of revisions: [HistoryRevision]) -> LetterView {
        mergedView(History(revisions))
    }

    /// The letter as it would be shown if of all sides this head's were always the one to show: what is in no conflict is the same.
    static func view(of revisions: [HistoryRevision], favouring head: RevisionID) -> LetterView {
        mergedView(History(revisions), favouring: head)
    }

    private static func mergedView(_ history: History, favouring favourite: RevisionID? = nil) -> LetterView {
        let ancestry = Ancestry(history)
        var ranked = history.rankedHeads(ancestry)
        if let favourite, let index = ranked.firstIndex(where: { history.nodes[$0].id == favourite }) {
            ranked.insert(ranked.remove(at: index), at: 0)
        }
        let isDeleted = history.heads.allSatisfy { history.isTombstone($0) }
        var members = JSONObject()
        var conflicts: [Conflict] = []
        for member in memberNames(history) {
            let values = history.nodes.map { $0.letter?.members[member.text] }
            if let value = unanimous(values, history) {
                members[member.text] = value
                continue
            }
            let writes = MemberWrites(member: member.text, values: values, history: history, ancestry: ancestry)
            let view = MemberView(writes, rankedHeads: ranked)
            members[member.text] = view.value
            conflicts += view.conflicts
        }
        let heads = history.heads.map { history.nodes[$0].id }
        #if CANARIES
            if Canary.tombstoneBeatsEdit.isOn, history.heads.contains(where: { history.isTombstone($0) }) {
                return LetterView(
                    letter: Letter(members: members), heads: heads, leadingHead: nil, conflicts: [], isDeleted: true)
            }
        #endif
        if !isDeleted, history.heads.contains(where: { history.isTombstone($0) }) {
            conflicts.insert(Conflict(field: nil, kind: .deletedAndEdited, heads: heads), at: 0)
        }
        return LetterView(
            letter: Letter(members: members), heads: heads,
            leadingHead: isDeleted ? nil : ranked.first.map { history.nodes[$0].id },
            conflicts: isDeleted ? [] : conflicts, isDeleted: isDeleted)
    }

    /// With one head there is nothing to merge: its content is the view, under a tombstone the content before it. Nil if
    /// there are several heads, or several revisions below the tombstones.
    private static func settledView(_ history: History) -> LetterView? {
        guard var node = history.heads.first else {
            return LetterView(letter: Letter(), heads: [], leadingHead: nil, conflicts: [], isDeleted: true)
        }
        guard history.heads.count == 1 else { return nil }
        let head = history.nodes[node]
        while history.isTombstone(node) {
            guard let parent = history.nodes[node].parents.first else { break }
            guard history.nodes[node].parents.count == 1 else { return nil }
            node = parent
        }
        return LetterView(
            letter: history.nodes[node].letter ?? Letter(), heads: [head.id],
            leadingHead: head.letter == nil ? nil : head.id, conflicts: [], isDeleted: head.letter == nil)
    }

    /// The names of all members that any revision has, in canonical order.
    private static func memberNames(_ history: History) -> [ByteKey] {
        var names: Set<ByteKey> = []
        for node in history.nodes {
            for member in node.letter?.members.members ?? [] { names.insert(ByteKey(member.key)) }
        }
        let sorted = JSONObject(names.map { ($0.text, true) })
        return sorted.keys.map(ByteKey.init)
    }

    /// The value of a member that every content holds the same; nil if two of them differ.
    private static func unanimous(_ values: [JSONValue?], _ history: History) -> JSONValue? {
        var common: JSONValue?
        for (node, value) in values.enumerated() where !history.isTombstone(node) {
            guard let value else { return nil }
            if let common, common != value { return nil }
            common = common ?? value
        }
        return common
    }
}
