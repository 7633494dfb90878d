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

    private func summary(_ id: LetterID, _ view: LetterView) -> LetterSummary {
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

    // MARK: Search

    private static func fold(_ text: String) -> String {
        // Letters that Foundation does not take for others with a mark.
        [("ı", "i"), ("İ", "i"), ("ł", "l"), ("Ł", "l"), ("ø", "o"), ("Ø", "o")]
            .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
            .folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }

    private struct Word {
        let folded: String
        let range: Range<Int>
    }

    /// Runs of letters and digits; each CJK character by itself.
    private static func words(_ text: String) -> [Word] {
        var words: [Word] = []
        var current = ""
        var start = 0
        var offset = 0
        func finish() {
            if !current.isEmpty { words.append(Word(folded: fold(current), range: start..<offset)) }
            current = ""
        }
        for scalar in text.unicodeScalars {
            let isCJK = (0x3040...0x30FF).contains(scalar.value) || (0x3400...0x9FFF).contains(scalar.value)
            if isCJK
                || !(scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || scalar.properties.generalCategory == .nonspacingMark)
            {
                finish()
            }
            if current.isEmpty { start = offset }
            offset += UTF8.width(scalar)
            if isCJK {
                words.append(Word(folded: String(scalar), range: start..<offset))
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.generalCategory == .nonspacingMark
            {
                current.unicodeScalars.append(scalar)
            }
        }
        finish()
        return words
    }

    private static func terms(_ query: String) -> [(words: [String], isPrefix: Bool)] {
        var terms: [(words: [String], isPrefix: Bool)] = []
        for (index, piece) in query.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            let parts = index.isMultiple(of: 2) ? piece.split(whereSeparator: \.isWhitespace) : [piece]
            for part in parts {
                let words = words(String(part)).map(\.folded)
                if !words.isEmpty { terms.append((words, index.isMultiple(of: 2) && part.hasSuffix("*"))) }
            }
        }
        return terms
    }

    private static func matches(of term: (words: [String], isPrefix: Bool), in words: [Word]) -> [Range<Int>] {
        guard words.count >= term.words.count else { return [] }
        return (0...(words.count - term.words.count)).compactMap { start in
            for (index, wanted) in term.words.enumerated() {
                let word = words[start + index].folded
                let isLast = index == term.words.count - 1
                guard word == wanted || (isLast && term.isPrefix && word.hasPrefix(wanted)) else { return nil }
            }
            return words[start].range.lowerBound..<words[start + term.words.count - 1].range.upperBound
        }
    }

    func search(_ query: String, limit: Int, offset: Int) -> SearchResult {
        let terms = Self.terms(query)
        guard !terms.isEmpty else { return SearchResult(hits: [], unindexed: 0) }
        var hits: [(hit: SearchResult.Hit, count: Int)] = []
        for id in letterIDs {
            guard let view = view(of: id), !view.isDeleted else { continue }
            let letter = view.letter
            let agents = (letter.senders + letter.recipients).flatMap { [$0.name, $0.role] }
            let texts = ([letter.body, letter.title, letter.summary] + agents).compactMap { $0 } + letter.tags
            let found = texts.map { text in
                let words = Self.words(text)
                return terms.map { Self.matches(of: $0, in: words) }
            }
            guard terms.indices.allSatisfy({ term in found.contains { !$0[term].isEmpty } }) else { continue }
            guard let place = found.firstIndex(where: { $0.contains { !$0.isEmpty } }) else { continue }
            let ranges = found[place].flatMap { $0 }.sorted { $0.lowerBound < $1.lowerBound }
            hits.append(
                (
                    SearchResult.Hit(letter: summary(id, view), snippet: texts[place], matches: ranges),
                    found.joined().map(\.count).reduce(0, +)
                ))
        }
        hits.sort { ($1.count, $0.hit.letter.id) < ($0.count, $1.hit.letter.id) }
        return SearchResult(hits: Array(hits.map(\.hit).dropFirst(offset).prefix(limit)), unindexed: 0)
    }
}
