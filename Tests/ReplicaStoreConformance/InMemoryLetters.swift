import Foundation
import LetterMerge
import LetterModel
import ReplicaStore

extension InMemoryReplicaStore.State {
    // MARK: Letters

    /// Every letter that has a revision, in the order of its first.
    var letterIDs: [LetterID] {
        var seen: Set<LetterID> = []
        return log.map(\.header.letter).filter { seen.insert($0).inserted }
    }

    func history(of letter: LetterID) -> [LoggedRevision] {
        log.enumerated().filter { $0.element.header.letter == letter }
            .map { LoggedRevision(sequence: $0.offset + 1, revision: $0.element) }
    }

    func view(of letter: LetterID) -> LetterView? {
        let history = history(of: letter)
        return history.isEmpty ? nil : Merge.view(of: history.map { HistoryRevision($0.revision) })
    }

    func summary(_ id: LetterID, _ view: LetterView) -> LetterSummary {
        let letter = view.letter
        return LetterSummary(
            id: id, date: letter.date?.edtf ?? letter.date?.text,
            senders: letter.senders.compactMap { $0.name ?? $0.role },
            recipients: letter.recipients.compactMap { $0.name ?? $0.role }, title: letter.title,
            incipit: letter.body.flatMap(LetterSummary.incipit), status: letter.status, tags: letter.tags,
            conflicts: view.conflicts.count, isDeleted: view.isDeleted)
    }

    func letters(_ query: LetterQuery) -> [LetterSummary] {
        var rows: [(summary: LetterSummary, sortKey: String)] = []
        for id in letterIDs {
            guard let view = view(of: id), fits(view, query) else { continue }
            rows.append((summary(id, view), view.letter.sortKey))
        }
        rows.sort { left, right in
            let isLeftUndated = left.sortKey.hasSameBytes(as: EDTF.undatedSortKey)
            let isRightUndated = right.sortKey.hasSameBytes(as: EDTF.undatedSortKey)
            if isLeftUndated != isRightUndated { return isRightUndated }
            if !left.sortKey.hasSameBytes(as: right.sortKey) { return right.sortKey.precedesByBytes(left.sortKey) }
            return left.summary.id < right.summary.id
        }
        let rest = rows.dropFirst(max(0, query.offset)).map(\.summary)
        return query.limit.map { Array(rest.prefix(max(0, $0))) } ?? Array(rest)
    }

    private func fits(_ view: LetterView, _ query: LetterQuery) -> Bool {
        let letter = view.letter
        guard view.isDeleted == query.onlyDeleted else { return false }
        if query.from != nil || query.to != nil {
            guard let date = letter.date?.parsed, date.earliest != nil || date.latest != nil else { return false }
            if let from = query.from, let latest = date.latest, latest < from { return false }
            if let to = query.to, let earliest = date.earliest, earliest > to { return false }
        }
        func names(_ agents: [Agent], contain text: String) -> Bool {
            agents.flatMap { [$0.name, $0.role] }.compactMap { $0 }.contains {
                Self.fold($0).contains(Self.fold(text)) || Self.fold(text).isEmpty
            }
        }
        if let sender = query.sender, !names(letter.senders, contain: sender) { return false }
        if let recipient = query.recipient, !names(letter.recipients, contain: recipient) { return false }
        if let tag = query.tag, !letter.tags.contains(where: { $0.hasSameBytes(as: tag) }) { return false }
        if let status = query.status, letter.status != status { return false }
        return !query.onlyConflicts || !view.conflicts.isEmpty
    }
}
