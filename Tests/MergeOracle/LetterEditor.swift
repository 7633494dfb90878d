package import LetterModel

/// Random letters and random edits of them, with members of every merge class.
package struct LetterEditor {
    package var random: SplitMix
    /// The members that this history is about: few, so that edits meet.
    private let subjects: [String]
    private let blobs: [String]
    private var nextParagraph = 10
    private var nextVersion = 101
    /// Versions of words that were seen, to set them back.
    private var versions: [String: [String]] = [:]

    /// One member of each class, and a second one of some.
    package static let members = [
        "title", "x-future", "body", "tags", "identifiers", "senders", "notes", "attachments", "access", "source",
        "registry", "extra",
    ]

    /// An editor of a history.
    ///
    /// - Parameter blobs: what attachments name.
    package init(random: SplitMix, blobs: [String] = ["b1", "b2"]) {
        var random = random
        var subjects = ["title"]
        for member in LetterEditor.members where random.oneIn(3) { subjects.append(member) }
        for member in ["body", "senders"] where random.oneIn(2) && !subjects.contains(member) {
            subjects.append(member)
        }
        self.random = random
        self.subjects = subjects
        self.blobs = blobs
    }

    // MARK: Letters to begin with

    /// A letter with every member of the history.
    package mutating func first() -> Letter {
        var letter = Letter()
        for member in subjects { letter.members[member] = first(member) }
        return letter
    }

    private mutating func first(_ member: String) -> JSONValue? {
        switch member {
        case "body": text((1...(1 + random.below(3))).map { "\($0)a100 \($0)b100" })
        case "tags": ["a", "b"]
        case "identifiers": [["scheme": "url", "value": "1"]]
        case "senders": ["A", "B"].map { ["name": .string($0)] }.array
        case "notes": ["n1": ["author": "A", "text": "1a100 1b100\n\n2a100 2b100"]]
        case "attachments": [["blob": .string(blobs[0]), "name": "one", "role": "scan"]]
        case "access": ["level": "restricted"]
        case "source": ["importerVersion": 1, "sha256": "s1"]
        case "registry", "extra": ["number": "0", "x": ["deep": "1"]]
        default: "0"
        }
    }

    private func text(_ paragraphs: [String]) -> JSONValue? {
        paragraphs.isEmpty ? nil : .string(paragraphs.joined(separator: "\n\n"))
    }

    // MARK: Edits

    /// The letter with one member changed.
    package mutating func edit(_ letter: Letter) -> Letter {
        let member = random.pick(subjects)
        var edited = letter
        edited.members[member] = edit(member, letter.members[member])
        return edited
    }

    private mutating func edit(_ member: String, _ value: JSONValue?) -> JSONValue? {
        switch member {
        case "body": return editText("body", value)
        case "tags": return toggle(["a", "b", "c"].map { .string($0) }, in: value)
        case "identifiers":
            return toggle(["1", "2"].map { ["scheme": "url", "value": .string($0)] }, in: value)
        case "senders": return editList(value)
        case "notes": return editEntry(value)
        case "attachments": return editAttachments(value)
        case "access":
            return random.pick([
                nil, ["level": "public"], ["level": "restricted"], ["level": "restricted", "until": "2030"],
                ["level": "closed"],
            ])
        case "source":
            let source: JSONValue = [
                "importerVersion": .integer(1 + random.below(3)), "sha256": .string(random.pick(["s1", "s1", "s2"])),
            ]
            return random.oneIn(6) ? nil : source
        case "registry", "extra":
            var members = value?.members ?? JSONObject()
            let key = random.pick(["number", "x"])
            members[key] = random.pick([nil, "0", "1", ["deep": "2"]])
            return members.isEmpty ? nil : .object(members)
        default: return random.pick([nil, "0", "1", "2", ["deep": "3"]])
        }
    }

    private mutating func toggle(_ alphabet: [JSONValue], in value: JSONValue?) -> JSONValue? {
        var elements = Set(value?.elements ?? [])
        let element = random.pick(alphabet)
        if elements.remove(element) == nil { elements.insert(element) }
        return elements.isEmpty ? nil : .array(elements.sorted { $0.canonicalText < $1.canonicalText })
    }

    private mutating func editList(_ value: JSONValue?) -> JSONValue? {
        var list = value?.elements ?? []
        let free = ["A", "B", "C", "D", "E", "F"].map { ["name": .string($0)] as JSONValue }.filter {
            !list.contains($0)
        }
        switch random.below(4) {
        case 0 where list.count < 4: list.insert(random.pick(free), at: random.below(list.count + 1))
        case 1 where !list.isEmpty: list.remove(at: random.below(list.count))
        case 2 where !list.isEmpty: list[random.below(list.count)] = random.pick(free)
        default: list.shuffle(using: &random)
        }
        return list.isEmpty ? nil : .array(list)
    }

    private mutating func editEntry(_ value: JSONValue?) -> JSONValue? {
        var notes = value?.members ?? JSONObject()
        let key = random.pick(["n1", "n1", "n2"])
        var note = notes[key]?.members ?? JSONObject()
        switch random.below(5) {
        case 0: note = JSONObject()
        case 1: note["author"] = random.pick([nil, "A", "B", "C"])
        default: note["text"] = editText("notes.\(key)", note["text"])
        }
        notes[key] = note.isEmpty ? nil : .object(note)
        return notes.isEmpty ? nil : .object(notes)
    }

    private mutating func editAttachments(_ value: JSONValue?) -> JSONValue? {
        var attachments = value?.elements ?? []
        let blob = random.pick([blobs[0]] + blobs)
        let index = attachments.firstIndex { $0.members?["blob"]?.text == blob }
        switch (index, random.below(4)) {
        case (let index?, 0): attachments.remove(at: index)
        case (let index?, let choice):
            var members = attachments[index].members ?? JSONObject()
            if choice == 1 {
                members["name"] = .string(random.pick(["one", "two", "three"]))
            } else {
                members["role"] = random.pick([nil, "scan", "original", "other"])
            }
            attachments[index] = .object(members)
        case (nil, _): attachments.append(["blob": .string(blob), "name": "new", "role": "scan"])
        }
        attachments.sort { $0.canonicalText < $1.canonicalText }
        return attachments.isEmpty ? nil : .array(attachments)
    }

    // MARK: Texts

    /// Changes a word, sets one back, adds or drops a paragraph.
    private mutating func editText(_ path: String, _ value: JSONValue?) -> JSONValue? {
        var paragraphs = (value?.text ?? "").split(separator: "\n\n").map(String.init)
        note(paragraphs, path)
        switch random.below(7) {
        case 0...2 where !paragraphs.isEmpty:
            changeWord(in: &paragraphs) { _ in nil }
        case 3 where !paragraphs.isEmpty:
            let known = versions
            changeWord(in: &paragraphs) { known["\(path) \($0)"] }
        case 4 where !paragraphs.isEmpty:
            paragraphs.remove(at: random.below(paragraphs.count))
        default:
            guard paragraphs.count < 5 else { break }
            nextParagraph += 1
            nextVersion += 1
            let words = ["a", "b"].map { "\(nextParagraph)\($0)\(nextVersion)" }
            paragraphs.insert(words.joined(separator: " "), at: random.below(paragraphs.count + 1))
        }
        note(paragraphs, path)
        return text(paragraphs)
    }

    private mutating func changeWord(in paragraphs: inout [String], to known: (String) -> [String]?) {
        let index = random.below(paragraphs.count)
        var words = paragraphs[index].split(separator: " ").map(String.init)
        let place = random.below(words.count)
        let name = LetterEditor.name(of: words[place])
        if let earlier = known(name) {
            words[place] = random.pick(earlier)
        } else {
            nextVersion += 1
            words[place] = "\(name)\(nextVersion)"
        }
        paragraphs[index] = words.joined(separator: " ")
    }

    private mutating func note(_ paragraphs: [String], _ path: String) {
        for word in paragraphs.flatMap({ $0.split(separator: " ") }).map(String.init) {
            let key = "\(path) \(LetterEditor.name(of: word))"
            if versions[key]?.contains(word) != true { versions[key, default: []].append(word) }
        }
    }

    private static func name(of word: String) -> String {
        guard let letter = word.firstIndex(where: { $0 == "a" || $0 == "b" }) else { return word }
        return String(word[...letter])
    }
}

extension [JSONValue] {
    fileprivate var array: JSONValue { .array(self) }
}
