import LetterModel

/// What a column of a table says of a letter: the columns of csv2cmi, and further ones for what those leave out.
///
/// Source: https://github.com/saw-leipzig/csv2cmi
public enum CSVColumn: String, CaseIterable, Sendable {
    case id, kind, title
    case sender, senderID, senderPlace, senderPlaceID, senderDate, senderDateText
    case addressee, addresseeID, addresseePlace, addresseePlaceID, addresseeDate, addresseeDateText
    case language, salutation, body, valediction, signature, postscript, summary
    case tags, collection, status, key, url, edition, note

    /// Words that people put above such columns too.
    private static let otherNames: [String: CSVColumn] = [
        "date": .senderDate, "datetext": .senderDateText, "place": .senderPlace, "placeid": .senderPlaceID,
        "recipient": .addressee, "recipientid": .addresseeID, "recipients": .addressee, "senders": .sender,
        "from": .sender, "to": .addressee, "subject": .title, "text": .body, "notes": .note, "tag": .tags,
    ]
    private static let byName = Dictionary(
        uniqueKeysWithValues: allCases.map { (plain($0.rawValue), $0) }
    ).merging(otherNames) { own, _ in own }

    /// The column that a header names: letters and digits count, in upper or lower case.
    public init?(header: String) {
        guard let column = Self.byName[Self.plain(header)] else { return nil }
        self = column
    }

    private static func plain(_ header: String) -> String {
        String(
            decoding: header.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: byte
                default: nil
                }
            }, as: UTF8.self)
    }
}

/// How tables are read: which column is what, and what stands between several people in one cell.
public struct CSVRules: Sendable {
    /// What headers mean that say it in words of their own.
    public var columns: [(header: String, column: CSVColumn)]
    /// What stands between several senders, recipients, ids or tags in one cell.
    public var delimiter: String

    /// Rules of their parts.
    public init(columns: [(header: String, column: CSVColumn)] = [], delimiter: String = "|") {
        self.columns = columns
        self.delimiter = delimiter
    }

    func column(of header: String) -> CSVColumn? {
        columns.first { $0.header.hasSameBytes(as: header) }?.column ?? CSVColumn(header: header)
    }

    /// The parts of a cell, without white space around them; empty ones count, since ids stand in the order of names.
    func parts(of cell: String) -> [String] {
        guard !cell.utf8.isEmpty else { return [] }
        let bytes = Array(cell.utf8)
        let mark = Array(delimiter.utf8)
        var parts: [[UInt8]] = [[]]
        var position = 0
        while position < bytes.count {
            if !mark.isEmpty, bytes[position...].starts(with: mark) {
                parts.append([])
                position += mark.count
            } else {
                parts[parts.count - 1].append(bytes[position])
                position += 1
            }
        }
        return parts.map { XMLText.collapsed(String(decoding: $0, as: UTF8.self)) }
    }
}
