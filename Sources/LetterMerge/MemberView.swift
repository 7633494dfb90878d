import Canaries
import LetterModel

/// What the heads make of one member: its value, with the provisional value of each conflict, and the conflicts.
struct MemberView {
    private var writes: MemberWrites
    /// All heads, highest first, tombstones last.
    private let ranked: [Int]
    /// What each head's content holds in the cells, read when a conflict asks for it.
    private var held: [Int: [Int: JSONValue]] = [:]
    /// The conflicts that were met.
    private(set) var conflicts: [Conflict] = []
    /// The member's value; nil if nobody holds it.
    private(set) var value: JSONValue?

    init(_ writes: MemberWrites, rankedHeads: [Int]) {
        self.writes = writes
        ranked = rankedHeads
        value = merged()
        conflicts.sort { left, right in
            guard let a = left.field, let b = right.field else { return false }
            return a.precedes(b)
        }
    }

    private func live(_ cell: Int) -> [Int] {
        cell < writes.live.count ? writes.live[cell] : []
    }

    private func isLive(_ cell: Int) -> Bool { !live(cell).isEmpty }

    // MARK: The member as a whole

    private mutating func merged() -> JSONValue? {
        let whole = writes.number(of: .whole)
        switch writes.mergeClass {
        case .scalar, .text, .orderedSet, .access, .source:
            return whole.flatMap { shown($0) }
        case .set, .attachments, .map, .record:
            return withOddShapes(structured(), whole)
        }
    }

    /// A value that has not the member's shape stands beside what the others hold: a conflict, unless one of them is empty.
    private mutating func withOddShapes(_ structured: JSONValue?, _ whole: Int?) -> JSONValue? {
        guard let whole, isLive(whole) else { return structured }
        guard let structured else { return shown(whole) }
        let odd = live(whole).filter { writes.cells[whole].writes[$0].value?.isVacant == false }
        guard !odd.isEmpty else { return structured }
        let values = writes.cells[whole].distinctValues(odd) + [structured]
        /// A head holds a value of another shape itself, or else what the others are merged from.
        func holding(_ this: inout MemberView, _ head: Int) -> JSONValue? {
            this.writes.values[head].map { value in values.contains(value) ? value : structured }
        }
        var sides: [Conflict.Side] = []
        for value in values.compactMap({ $0 }).sortedByCanonicalBytes() {
            let holder = ranked.first { holding(&self, $0) == value } ?? ranked[0]
            sides.append(Conflict.Side(head: writes.history.nodes[holder].id, value: value))
        }
        conflicts.append(
            Conflict(field: MemberPath([writes.member]), kind: .value, base: base(whole), values: sides))
        for head in ranked {
            if let value = holding(&self, head) { return value }
        }
        return sides.first?.value ?? structured
    }

    /// A set, attachments, a map or a record of what its cells show.
    private mutating func structured() -> JSONValue? {
        switch writes.mergeClass {
        case .set:
            let elements = writes.cells.indices.filter { isLive($0) }.compactMap { cell -> JSONValue? in
                if case .element(let element) = writes.cells[cell].key { element } else { nil }
            }
            return elements.isEmpty ? nil : .array(elements.sortedByCanonicalBytes())
        case .attachments:
            let entries = keys().filter { isLive($0.cell) }.map { key, cell in
                var members = parts(of: cell)
                members["blob"] = .string(key.text)
                return JSONValue.object(members)
            }
            return entries.isEmpty ? nil : .array(entries)
        case .map, .record:
            var members = JSONObject()
            for (key, cell) in keys() { members[key.text] = shown(cell) }
            return members.isEmpty ? nil : .object(members)
        case .scalar, .text, .orderedSet, .access, .source:
            return nil
        }
    }

    /// The cells that are keys, by bytes.
    private func keys() -> [(key: ByteKey, cell: Int)] {
        writes.cells.indices.compactMap { cell in
            if case .key(let key) = writes.cells[cell].key { (key, cell) } else { nil }
        }.sorted { $0.0 < $1.0 }
    }

    /// The members of an entry that is shown.
    private mutating func parts(of entry: Int) -> JSONObject {
        var members = JSONObject()
        for cell in writes.parts(of: entry) {
            #if CANARIES
                let known = "blob name mediaType size role order text author time"
                if Canary.unknownMemberDropped.isOn, case .part(_, let name) = writes.cells[cell].key,
                    !known.contains(name.text)
                {
                    continue
                }
            #endif
            if case .part(_, let name) = writes.cells[cell].key { members[name.text] = shown(cell) }
        }
        return members
    }

    // MARK: One cell

    /// What a cell shows; a conflict is noted and shows its provisional value.
    private mutating func shown(_ cell: Int) -> JSONValue? {
        let live = live(cell)
        let judgement = writes.cells[cell].judge(live, writes.ancestry)
        if writes.cells[cell].rule == .entry { return shownEntry(cell, live, judgement) }
        guard judgement.isConflict else { return judgement.value }
        if writes.cells[cell].rule == .text, live.allSatisfy({ isText(writes.cells[cell].writes[$0].value) }) {
            return shownText(cell, live)
        }
        var values = writes.cells[cell].distinctValues(live)
        if writes.cells[cell].rule == .source { values = SourceValue.folded(values).distinctInOrder() }
        note(cell, kind(of: cell), values: values) { $0 }
        if writes.cells[cell].rule == .access { return AccessValue.strictest(values.filter { $0?.members != nil }) }
        return provisional(cell, values)
    }

    private func isText(_ value: JSONValue?) -> Bool { value == nil || value?.text != nil }

    private func kind(of cell: Int) -> Conflict.Kind {
        writes.cells[cell].path.components.count == 1 ? .value : .map
    }

    /// An entry of a map: an object of what its members show, or a value of another shape, or nothing.
    private mutating func shownEntry(_ cell: Int, _ live: [Int], _ judgement: Judgement) -> JSONValue? {
        let values = writes.cells[cell].distinctValues(live)
        guard values.contains(MergeClass.entryMarker) else {
            if judgement.isConflict {
                note(cell, .map, values: values) { $0 }
                return provisional(cell, values)
            }
            return judgement.value
        }
        let entry = JSONValue.object(parts(of: cell))
        guard judgement.isConflict else { return entry }
        note(cell, .map, values: values) { $0 == MergeClass.entryMarker ? entry : $0 }
        let chosen = provisional(cell, values)
        return chosen == MergeClass.entryMarker ? entry : chosen
    }

    /// The value that the highest head holds, of those that are not the removal: a removal beside an edit shows the edit.
    private mutating func provisional(_ cell: Int, _ values: [JSONValue?]) -> JSONValue? {
        let edits = values.compactMap { $0 }
        for head in ranked {
            if let held = heldValue(cell, head), edits.contains(held) { return held }
        }
        return edits.first
    }

    // MARK: Conflicts

    private mutating func note(
        _ cell: Int, _ kind: Conflict.Kind, values: [JSONValue?], hunks: [Conflict.Hunk] = [],
        shownAs: (JSONValue?) -> JSONValue?
    ) {
        let holders = holders(cell)
        let sides = values.map { value in
            let head = holders[value] ?? descendant(ofLive: value, cell)
            return Conflict.Side(head: writes.history.nodes[head].id, value: shownAs(value))
        }
        conflicts.append(
            Conflict(
                field: writes.cells[cell].path, kind: kind, base: base(cell), values: sides, hunks: hunks))
    }

    /// For each value the highest head whose content holds it.
    private mutating func holders(_ cell: Int) -> [JSONValue?: Int] {
        var holders: [JSONValue?: Int] = [:]
        for head in ranked where !writes.history.isTombstone(head) {
            let held = heldValue(cell, head)
            if holders[held] == nil { holders[held] = head }
        }
        return holders
    }

    /// The highest head that has seen a live write of a value.
    private func descendant(ofLive value: JSONValue?, _ cell: Int) -> Int {
        let numbers = live(cell).filter { writes.cells[cell].writes[$0].value == value }
        return ranked.first { head in
            numbers.contains { writes.cells[cell].isSeen($0, by: head, writes.ancestry) }
        } ?? ranked[0]
    }

    private mutating func heldValue(_ cell: Int, _ head: Int) -> JSONValue? {
        if held[head] == nil {
            var values: [Int: JSONValue] = [:]
            for content in writes.mergeClass.cells(of: writes.values[head]) {
                if let number = writes.number(of: content.key) { values[number] = content.value }
            }
            held[head] = values
        }
        return held[head]?[cell]
    }

    /// What the cell was before the sides parted: the value of the writes that all live ones have seen.
    private mutating func base(_ cell: Int) -> JSONValue? {
        let common = writes.cells[cell].seenInCommon(by: live(cell), writes.ancestry)
        let before = writes.cells[cell].live(in: common, writes.ancestry)
        let value = writes.cells[cell].judge(before, writes.ancestry).value
        guard writes.cells[cell].rule == .entry, value == MergeClass.entryMarker else { return value }
        return baseEntry(cell)
    }

    /// What an entry was before the sides parted; nil if they parted in it before.
    private mutating func baseEntry(_ entry: Int) -> JSONValue? {
        let authors = live(entry).flatMap { writes.cells[entry].writes[$0].nodes }
        var members = JSONObject()
        for cell in writes.parts(of: entry) {
            guard case .part(_, let name) = writes.cells[cell].key else { continue }
            var common = BitSet()
            for number in writes.cells[cell].writes.indices {
                let made = writes.cells[cell].writes[number].nodes
                let isSeen = authors.allSatisfy { author in
                    made.contains { $0 != author && writes.ancestry.isSeen($0, by: author) }
                }
                if isSeen { common.insert(number) }
            }
            let before = writes.cells[cell].live(in: common, writes.ancestry)
            let judgement = writes.cells[cell].judge(before, writes.ancestry)
            if judgement.isConflict { return nil }
            members[name.text] = judgement.value
        }
        return .object(members)
    }

    // MARK: Texts

    private mutating func shownText(_ cell: Int, _ live: [Int]) -> JSONValue? {
        let text = writes.cells[cell].text(of: live, writes.ancestry)
        var bytes: [UInt8] = []
        var hunks: [Conflict.Hunk] = []
        for piece in text.pieces {
            switch piece {
            case .plain(let plain): bytes += plain
            case .hunk(let hunk):
                let run = provisionalRun(hunk, cell)
                let shown = displayed(run, hunk)
                var told = Conflict.Hunk(
                    base: displayed(hunk.base, hunk), values: hunk.alternatives.map { displayed($0, hunk) },
                    heads: heads(hunk, cell), place: bytes.count..<(bytes.count + shown.utf8.count))
                func end(_ run: [UInt8]) -> [UInt8] { Array(run.dropFirst(displayed(run, hunk).utf8.count)) }
                told.ends = Conflict.Hunk.Ends(
                    base: end(hunk.base), values: hunk.alternatives.map(end), shown: end(run))
                hunks.append(told)
                bytes += run
            }
        }
        note(cell, .text, values: writes.cells[cell].distinctValues(live), hunks: hunks) { $0 }
        return MergedText.text(ended: bytes).map(JSONValue.string)
    }

    /// For each alternative of a hunk the heads whose own run it is, the highest first.
    private func heads(_ hunk: TextHunk, _ cell: Int) -> [[RevisionID]] {
        var heads: [[UInt8]: [RevisionID]] = [:]
        for head in ranked where !writes.history.isTombstone(head) {
            let seen = hunk.runs.first { writes.cells[cell].isSeen($0.write, by: head, writes.ancestry) }
            if let seen { heads[seen.bytes, default: []].append(writes.history.nodes[head].id) }
        }
        return hunk.alternatives.map { heads[$0] ?? [] }
    }

    /// The run of the live write that the highest head descends from; of several the least name.
    private func provisionalRun(_ hunk: TextHunk, _ cell: Int) -> [UInt8] {
        for head in ranked where !writes.history.isTombstone(head) {
            let seen = hunk.runs.first { writes.cells[cell].isSeen($0.write, by: head, writes.ancestry) }
            if let seen { return seen.bytes }
        }
        return hunk.alternatives[0]
    }

    /// A run as people see it: paragraphs without the empty line behind them.
    private func displayed(_ run: [UInt8], _ hunk: TextHunk) -> String {
        let shown = hunk.endsParagraph ? MergedText.withoutParagraphEnd(run[...]) : run[...]
        return String(decoding: shown, as: UTF8.self)
    }
}
