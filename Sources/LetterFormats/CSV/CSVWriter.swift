public import LetterModel

/// Tables out: a header with all columns of ``CSVColumn``, and a row a letter.
///
/// UTF-8 with a byte order mark, without which spreadsheets take it for another charset; a cell that one would take for a formula has an
/// apostrophe in front. Several people or tags in one cell stand between `|`. What has no column is not written.
///
/// Source: https://www.rfc-editor.org/rfc/rfc4180
public enum CSVWriter {
    /// The first line.
    public static var header: [UInt8] {
        [0xEF, 0xBB, 0xBF] + CSVRecords.line(CSVColumn.allCases.map(\.rawValue))
    }

    /// One letter.
    public static func row(id: LetterID, letter: Letter) -> [UInt8] {
        CSVRecords.line(CSVColumn.allCases.map { CSVFormula.neutralised(text($0, id, letter)) })
    }

    private static func text(_ column: CSVColumn, _ id: LetterID, _ letter: Letter) -> String {
        let received = letter.events.first { $0.type == .received }
        switch column {
        case .id: return id.text
        case .kind: return letter.kind?.rawValue ?? ""
        case .title: return letter.title ?? ""
        case .sender: return names(letter.senders)
        case .senderID: return ids(letter.senders)
        case .senderPlace: return name(letter.place)
        case .senderPlaceID: return letter.place?.uris.first ?? ""
        case .senderDate: return date(letter.date)
        case .senderDateText: return letter.date?.text ?? ""
        case .addressee: return names(letter.recipients)
        case .addresseeID: return ids(letter.recipients)
        case .addresseePlace: return name(received?.places.first)
        case .addresseePlaceID: return received?.places.first?.uris.first ?? ""
        case .addresseeDate: return date(received?.date)
        case .addresseeDateText: return received?.date?.text ?? ""
        case .language: return letter.language ?? ""
        case .salutation: return letter.salutation ?? ""
        case .body: return letter.body ?? ""
        case .valediction: return letter.valediction ?? ""
        case .signature: return letter.signature ?? ""
        case .postscript: return letter.postscript ?? ""
        case .summary: return letter.summary ?? ""
        case .tags: return letter.tags.joined(separator: "|")
        case .collection: return letter.collection ?? ""
        case .status: return letter.status?.rawValue ?? ""
        case .key: return identifier("cmif", letter)
        case .url: return identifier("url", letter)
        case .edition: return letter.extra["edition"]?.text ?? ""
        case .note: return letter.notes.compactMap(\.value.text).joined(separator: "\n\n")
        }
    }

    private static func identifier(_ scheme: String, _ letter: Letter) -> String {
        letter.identifiers.first { $0.scheme?.hasSameBytes(as: scheme) ?? false }?.value ?? ""
    }

    /// Conjectures stand in brackets.
    private static func bracketed(_ text: String?, _ isConjecture: Bool) -> String {
        guard let text, !text.utf8.isEmpty else { return "" }
        return isConjecture ? "[\(text)]" : text
    }

    private static func isConjecture(_ evidence: String?) -> Bool { evidence?.hasSameBytes(as: "conjecture") ?? false }

    private static func names(_ agents: [Agent]) -> String {
        agents.map { bracketed($0.name ?? $0.role, isConjecture($0.evidence)) }.joined(separator: "|")
    }

    private static func ids(_ agents: [Agent]) -> String {
        let ids = agents.map { $0.uris.first ?? "" }
        return ids.allSatisfy(\.utf8.isEmpty) ? "" : ids.joined(separator: "|")
    }

    private static func name(_ place: Place?) -> String {
        bracketed(place?.name, isConjecture(place?[text: "evidence"]))
    }

    private static func date(_ date: LetterDate?) -> String {
        guard let edtf = date?.edtf else { return "" }
        let isSet = edtf.utf8.first == UInt8(ascii: "[")
        return bracketed(edtf, !isSet && (date?.certainty?.hasSameBytes(as: "medium") ?? false))
    }
}
