import Foundation
import LetterMerge
import LetterModel
import ReplicaStore

/// Searching by going through all letters, each time.
extension InMemoryReplicaStore.State {
    static func fold(_ text: String) -> String {
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

    private static func matches(of term: SearchQuery.Words, in words: [Word]) -> [Range<Int>] {
        let wanted = Self.words(term.text).map(\.folded)
        guard words.count >= wanted.count, !wanted.isEmpty else { return [] }
        return (0...(words.count - wanted.count)).compactMap { start in
            for (index, one) in wanted.enumerated() {
                let word = words[start + index].folded
                let isLast = index == wanted.count - 1
                guard word == one || (isLast && term.isPrefix && word.hasPrefix(one)) else { return nil }
            }
            return words[start].range.lowerBound..<words[start + wanted.count - 1].range.upperBound
        }
    }

    private static func fits(_ test: SearchQuery.Test, _ view: LetterView) -> Bool {
        let letter = view.letter
        func anyHas(_ words: SearchQuery.Words, _ texts: [String?]) -> Bool {
            texts.contains { !matches(of: words, in: Self.words($0 ?? "")).isEmpty }
        }
        func names(_ agents: [Agent]) -> [String?] { agents.flatMap { [$0.name, $0.role, $0.onBehalfOf] } }
        func isDated(_ fits: (EDTF) -> Bool) -> Bool {
            guard let date = letter.date?.parsed, date.earliest != nil || date.latest != nil else { return false }
            return fits(date)
        }
        switch test {
        case .words(let words): return anyHas(words, texts(of: letter))
        case .sender(let words): return anyHas(words, names(letter.senders))
        case .recipient(let words): return anyHas(words, names(letter.recipients))
        case .tag(let words):
            let wanted = Self.words(words.text).map(\.folded)
            return letter.tags.map { Self.words($0).map(\.folded) }.contains { tag in
                guard words.isPrefix, let last = wanted.last, tag.count >= wanted.count else { return tag == wanted }
                return tag.prefix(wanted.count - 1) == wanted.dropLast() && tag[wanted.count - 1].hasPrefix(last)
            }
        case .before(let day): return isDated { $0.earliest.map { $0 < day } ?? true }
        case .after(let day): return isDated { $0.latest.map { $0 > day } ?? true }
        case .during(let first, let last):
            return isDated { date in
                let startsInTime = date.earliest.flatMap { earliest in last.map { earliest <= $0 } } ?? true
                return startsInTime && (date.latest.flatMap { latest in first.map { latest >= $0 } } ?? true)
            }
        case .fact(let fact): return has(fact, view)
        }
    }

    private static func has(_ fact: SearchFact, _ view: LetterView) -> Bool {
        let letter = view.letter
        switch (fact.name, fact.word) {
        case ("is", "conflict"): return !view.conflicts.isEmpty
        case ("is", let word): return letter.kind?.rawValue.lowercased() == word || letter.status?.rawValue == word
        case (_, "attachment"): return !letter.attachments.isEmpty
        case (_, "date"): return letter.date != nil
        case (_, "tag"): return !letter.tags.isEmpty
        case (_, let word): return letter.attachments.contains { $0.role?.rawValue == word }
        }
    }

    private static func texts(of letter: Letter) -> [String?] {
        [letter.body, letter.title, letter.summary] + letter.tags
            + (letter.senders + letter.recipients).flatMap { [$0.name, $0.role] }
    }

    func search(_ query: SearchQuery, limit: Int, offset: Int) -> SearchResult {
        guard !query.conditions.isEmpty else { return SearchResult(hits: [], unindexed: 0) }
        let wanted = query.conditions.filter { !$0.isNegated }
            .compactMap { if case .words(let words) = $0.test { words } else { nil } }
        var hits: [LetterID: (hit: SearchResult.Hit, count: Int)] = [:]
        for summary in letters(LetterQuery()) {
            guard let view = view(of: summary.id),
                query.conditions.allSatisfy({ Self.fits($0.test, view) != $0.isNegated })
            else { continue }
            let found = Self.texts(of: view.letter).map { text in
                let words = Self.words(text ?? "")
                return (text: text ?? "", ranges: wanted.flatMap { Self.matches(of: $0, in: words) })
            }
            let place = found.first { !$0.ranges.isEmpty }
            let hit = SearchResult.Hit(
                letter: summary, snippet: place?.text ?? view.letter.body ?? "",
                matches: place.map { $0.ranges.sorted { $0.lowerBound < $1.lowerBound } } ?? [])
            hits[summary.id] = (hit, found.map(\.ranges.count).reduce(0, +))
        }
        // The list is in the order of the newest first, undated ones last.
        var order = letters(LetterQuery()).filter { hits[$0.id] != nil }
        switch query.effectiveOrder {
        case .newest: break
        case .oldest:
            let keys = order.map { view(of: $0.id)?.letter.sortKey ?? EDTF.undatedSortKey }
            order = zip(order, keys).sorted { left, right in
                if !left.1.hasSameBytes(as: right.1) { return left.1.precedesByBytes(right.1) }
                return left.0.id < right.0.id
            }.map(\.0)
        case .relevance:
            order.sort { ((hits[$1.id]?.count ?? 0), $0.id) < ((hits[$0.id]?.count ?? 0), $1.id) }
        }
        let page = order.dropFirst(max(0, offset)).prefix(max(0, limit))
        return SearchResult(hits: page.compactMap { hits[$0.id]?.hit }, unindexed: 0)
    }
}
