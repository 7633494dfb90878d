import LetterModel

/// A line that says where and when a letter was written: "Baku, 15 July 2020".
struct Dateline: Hashable {
    /// The place as written; nil if there is none.
    let place: String?
    /// The words of the date as written; nil if there is none.
    let dateText: String?
    /// The date; nil if there is none, or no calendar has it.
    let edtf: EDTF?
    /// Whether day and month can be exchanged.
    let isAmbiguous: Bool

    init(place: String?, dateText: String?, edtf: EDTF?, isAmbiguous: Bool = false) {
        self.place = place
        self.dateText = dateText
        self.edtf = edtf
        self.isAmbiguous = isAmbiguous
    }

    /// The longest line that can be one; a sentence that names a date is longer, or has more words around it.
    private static let maximumBytes = 120

    /// A line that is nothing but a date, with a place before or after it, or none.
    init?(line: String) {
        guard line.utf8.count <= 4 * Dateline.maximumBytes else { return nil }
        let line = Words.strip(Words.fold(line), Words.emphasis)
        guard !line.utf8.isEmpty, line.utf8.count <= Dateline.maximumBytes else { return nil }
        guard let date = WrittenDate(in: line) else {
            guard let yearOnly = Dateline(placeAndYear: line) else { return nil }
            self = yearOnly
            return
        }
        guard let place = Dateline.place(before: date.before, after: date.after) else { return nil }
        self.init(
            place: place.utf8.isEmpty ? nil : place, dateText: date.text, edtf: date.edtf, isAmbiguous: date.isAmbiguous
        )
    }

    /// A line that is a place and expects the date on the next one, or that is a place everybody knows.
    init?(placeLine line: String) {
        guard line.utf8.count <= 4 * Dateline.maximumBytes else { return nil }
        let place = Words.stripEnd(Words.strip(Words.fold(line), Words.emphasis), [",", ".", ":"])
        let isOpen = Words.trim(line).unicodeScalars.last == ","
        guard PlaceWords.isKnown(place) || (isOpen && Dateline.isPlace(place)), !Words.hasDigits(place) else {
            return nil
        }
        self.init(place: place, dateText: nil, edtf: nil)
    }

    /// "London, 1843"
    private init?(placeAndYear line: String) {
        let words = Words.split(Words.stripEnd(line, ["."]))
        guard words.count >= 2, let last = words.last, last.utf8.count == 4,
            let year = DecimalDigits.value(of: Array(last.utf8)), (1000...2100).contains(year)
        else { return nil }
        let before = words.dropLast().joined(separator: " ")
        let place = Words.stripEnd(before, [","])
        guard before.unicodeScalars.last == ",", Dateline.isPlace(place) else { return nil }
        do {
            self.init(place: place, dateText: last, edtf: try EDTF(last))
        } catch {
            preconditionFailure("a year of four digits is a date: \(error)")
        }
    }

    /// The place around a date, empty if there is none; nil if the words are no place.
    private static func place(before: String, after: String) -> String? {
        let before = withoutLabels(before)
        var after = Words.strip(after, [",", ".", ":", ";", ")", "]", "—", "–", "-", "،", "/"])
        for suffix in suffixes {
            if Words.key(after).hasSameBytes(as: suffix) {
                after = ""
            } else if Words.key(after).hasPrefix(suffix + ",") {
                after = Words.strip(
                    after.unicodeScalars.dropFirst(suffix.unicodeScalars.count).map(String.init).joined(), [","])
            }
        }
        if before.utf8.isEmpty || after.utf8.isEmpty {
            let place = before + after
            return place.utf8.isEmpty || isPlace(place) ? place : nil
        }
        return nil
    }

    /// What stands before a date, without words that only lead to it. A stop at its end belongs to "D.C.".
    private static func withoutLabels(_ text: String) -> String {
        let marks: Set<Unicode.Scalar> = [",", ":", ";", "(", "[", "—", "–", "-", "،", "/"]
        var words = Words.split(Words.strip(text, marks.union(["."])).utf8.isEmpty ? "" : Words.strip(text, marks))
        var count = -1
        while count != words.count {
            count = words.count
            for label in labels {
                let length = label.count
                let first = words.prefix(length).map { Words.stripEnd(Words.key($0), marks.union(["."])) }
                let last = words.suffix(length).map { Words.stripEnd(Words.key($0), marks.union(["."])) }
                if words.count >= length, last.elementsEqual(label, by: { $0.hasSameBytes(as: $1) }) {
                    words.removeLast(length)
                } else if words.count >= length, first.elementsEqual(label, by: { $0.hasSameBytes(as: $1) }),
                    !["a", "in", "il", "li", "el"].contains(label[0])
                {
                    words.removeFirst(length)
                }
            }
        }
        return Words.strip(words.joined(separator: " "), marks)
    }

    /// A name of few words, each with a capital letter but for particles.
    static func isPlace(_ text: String) -> Bool {
        let words = Words.split(text)
        guard (1...7).contains(words.count), text.utf8.count <= 80, Words.hasLetters(text),
            let first = words.first, Words.isCapitalised(first)
        else { return false }
        if Words.isUnspaced(text) { return text.unicodeScalars.count <= 8 }
        guard !text.unicodeScalars.contains(where: { Words.sentenceEnds.contains($0) && $0 != "." }) else {
            return false
        }
        return words.allSatisfy { word in
            Words.isCapitalised(word) || Words.hasDigits(word)
                || PlaceWords.particles.contains(Words.key(Words.stripEnd(word, [",", "."])))
        }
    }

    /// What stands before a date and is no place.
    private static let labels = [
        "date", "dated", "the", "this", "on", "le", "ce", "den", "am", "the day of", "dato", "datum", "fecha", "data",
        "дата", "от", "tarix", "tarih", "a", "à la date du", "el", "li", "in", "il", "lundi", "monday", "tuesday",
        "wednesday", "thursday", "friday", "saturday", "sunday", "montag", "dienstag", "mittwoch", "donnerstag",
        "freitag",
        "samstag", "sonntag", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "given at", "done at",
        "fait à", "written at", "at", "dňa", "dnia", "dne",
    ].map { Words.split($0) }

    /// What stands after a date and is no place.
    private static let suffixes = [
        "г", "г.", "года", "год", "ci il", "cı il", "cu il", "cü il", "il", "yılı", "р", "р.", "року", "r", "g", "m",
        "a.d", "ad", "ce", "e.v",
    ]
}
