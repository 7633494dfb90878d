package import LetterMerge
package import LetterModel

/// The atoms of a letter as the oracle sees them: every scalar, every element, every word of a text is a member of its own. It
/// knows nothing of cells, texts, bases or diffs.
///
/// Texts in these tests are made of words such as `12a105`: paragraph 12, its first word, in its 105th version.
package struct SlotTable {
    /// How an atom must behave.
    package enum Kind {
        /// All live values are shown: one as the value, several as a conflict.
        case exact
        /// In while anybody has put it in and nobody who knew of that took it out.
        case element
        /// An element of an ordered set.
        case listElement
        /// A word: no live value is lost; more may be shown.
        case word
        /// The least live value.
        case least
        /// The strictest live value.
        case strictest
        /// The newest importer's value.
        case newest
    }

    package private(set) var names: [String] = []
    package private(set) var kinds: [Kind] = []
    /// The entry that an atom lies in; -1 for none.
    package private(set) var entries: [Int] = []
    private var numbers: [String: Int] = [:]
    package private(set) var values: [JSONValue] = []
    private var valueNumbers: [JSONValue: Int] = [:]

    package mutating func slot(_ name: String, _ kind: Kind, entry: Int = -1) -> Int {
        if let known = numbers[name] { return known }
        numbers[name] = names.count
        names.append(name)
        kinds.append(kind)
        entries.append(entry)
        return names.count - 1
    }

    package mutating func value(_ value: JSONValue) -> Int {
        if let known = valueNumbers[value] { return known }
        valueNumbers[value] = values.count
        values.append(value)
        return values.count - 1
    }

    /// The number of a value that stands for "in".
    mutating func present() -> Int { value(true) }

    // MARK: Letters

    /// What a letter holds, atom by atom. A word that occurs several times counts as often as it has versions.
    package mutating func atoms(of letter: Letter) -> [Int: Set<Int>] {
        var result: [Int: Set<Int>] = [:]
        for member in letter.members.members { add(member.key, member.value, to: &result) }
        return result
    }

    private mutating func add(_ name: String, _ value: JSONValue, to result: inout [Int: Set<Int>]) {
        switch name {
        case "body", "summary", "postscript": addWords(name, value.text ?? "", to: &result)
        case "tags", "languages", "identifiers", "relations", "mentions":
            for element in value.elements ?? [] {
                result[slot("\(name) \(element.canonicalText)", .element)] = [present()]
            }
        case "senders", "recipients", "events", "witnesses":
            for element in value.elements ?? [] {
                result[slot("\(name) \(element.canonicalText)", .listElement)] = [present()]
            }
        case "registry", "extra":
            for member in value.members?.members ?? [] {
                result[slot("\(name).\(member.key)", .exact)] = [self.value(member.value)]
            }
        case "notes", "translations":
            for entry in value.members?.members ?? [] {
                let slot = slot("\(name).\(entry.key)", .exact)
                result[slot] = [present()]
                for part in entry.value.members?.members ?? [] {
                    addPart("\(name).\(entry.key).\(part.key)", part.key, part.value, slot, to: &result)
                }
            }
        case "attachments":
            for attachment in value.elements ?? [] {
                let blob = attachment.members?["blob"]?.text ?? ""
                let slot = slot("\(name).\(blob)", .element)
                result[slot] = [present()]
                for part in attachment.members?.members ?? [] where part.key != "blob" {
                    let kind: Kind = part.key == "name" ? .least : .exact
                    result[self.slot("\(name).\(blob).\(part.key)", kind, entry: slot)] = [self.value(part.value)]
                }
            }
        case "access": result[slot(name, .strictest)] = [self.value(value)]
        case "source": result[slot(name, .newest)] = [self.value(value)]
        default: result[slot(name, .exact)] = [self.value(value)]
        }
    }

    private mutating func addPart(
        _ path: String, _ key: String, _ value: JSONValue, _ entry: Int, to result: inout [Int: Set<Int>]
    ) {
        if key == "text" || key == "body" {
            addWords(path, value.text ?? "", entry: entry, to: &result)
        } else {
            result[slot(path, .exact, entry: entry)] = [self.value(value)]
        }
    }

    private mutating func addWords(
        _ path: String, _ text: String, entry: Int = -1, to result: inout [Int: Set<Int>]
    ) {
        for (slot, value) in words(path, text, entry: entry) { result[slot, default: []].insert(value) }
    }

    /// The words of a text: `12a105` is version 105 of the atom `12a`.
    package mutating func words(_ path: String, _ text: String, entry: Int = -1) -> [(Int, Int)] {
        var result: [(Int, Int)] = []
        var word: [UInt8] = []
        func flush(_ table: inout SlotTable) {
            guard let letter = word.firstIndex(where: { $0 >= UInt8(ascii: "a") }) else { return }
            let name = String(decoding: word[...letter], as: UTF8.self)
            let version = String(decoding: word[(letter + 1)...], as: UTF8.self)
            result.append((table.slot("\(path) \(name)", .word, entry: entry), table.value(.string(version))))
        }
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") || byte == 0x0A {
                flush(&self)
                word.removeAll(keepingCapacity: true)
            } else {
                word.append(byte)
            }
        }
        flush(&self)
        return result
    }

    // MARK: Views

    /// What a view shows, atom by atom: values and, in conflicts, all alternatives; -1 stands for "not there".
    package mutating func shown(_ view: LetterView) -> [Int: Set<Int>] {
        var result = atoms(of: view.letter)
        for conflict in view.conflicts {
            guard let field = conflict.field else { continue }
            let path = field.description
            if !conflict.hunks.isEmpty {
                addHunks(path, conflict.hunks, to: &result)
            } else if ["senders", "recipients", "events", "witnesses"].contains(path) {
                let lists = conflict.values.map { Set($0.value?.elements ?? []) }
                for element in Set(lists.joined()) {
                    result[slot("\(path) \(element.canonicalText)", .listElement)] = Set(
                        lists.map { $0.contains(element) ? present() : -1 })
                }
            } else {
                let isEntry = field.components.count == 2 && ["notes", "translations"].contains(field.components[0])
                let values = conflict.values.map { side -> Int in
                    guard let value = side.value else { return -1 }
                    return isEntry ? present() : self.value(value)
                }
                result[slot(path, .exact)] = Set(values)
            }
        }
        return result
    }

    private mutating func addHunks(_ path: String, _ hunks: [Conflict.Hunk], to result: inout [Int: Set<Int>]) {
        for hunk in hunks {
            let alternatives = hunk.values.map { text in
                var found: [Int: Set<Int>] = [:]
                for (slot, value) in words(path, text) { found[slot, default: []].insert(value) }
                return found
            }
            for slot in Set(alternatives.flatMap(\.keys)) {
                for alternative in alternatives {
                    result[slot, default: []].formUnion(alternative[slot] ?? [-1])
                }
            }
        }
    }
}
