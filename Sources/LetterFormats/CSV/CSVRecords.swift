/// The records of a table in text: cells between separators, in double quotes where they hold separators, quotes or line ends.
///
/// Line ends are CRLF, LF or CR; the separator is the comma, semicolon or tab that the first line has most of.
///
/// Source: https://www.rfc-editor.org/rfc/rfc4180#section-2
struct CSVRecords {
    /// One record.
    struct Record: Hashable {
        /// The line of the file that it begins in, from 1.
        let line: Int
        /// Its cells; or what is wrong with it.
        var cells: [String]
        var fault: String?

        /// Whether nothing is in any cell.
        var isBlank: Bool { cells.allSatisfy(\.utf8.isEmpty) && fault == nil }
    }

    /// All records, the empty ones left out.
    private(set) var records: [Record] = []
    /// What stands between the cells.
    let separator: UInt8

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(_ text: String) {
        let bytes = Array(text.utf8)
        separator = Self.separator(of: bytes)
        var position = 0
        var line = 1
        while position < bytes.count {
            let record = Self.record(bytes, &position, &line, separator)
            if !record.isBlank { records.append(record) }
        }
    }

    private static func separator(of bytes: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == quote { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == lineFeed || byte == carriageReturn { break }
            counts[byte, default: 0] += 1
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        // The first one where two are as frequent, so that the same file always has the same.
        return candidates.reversed().max { counts[$0, default: 0] < counts[$1, default: 0] } ?? candidates[0]
    }

    private static func record(_ bytes: [UInt8], _ position: inout Int, _ line: inout Int, _ separator: UInt8) -> Record
    {
        var record = Record(line: line, cells: [])
        while true {
            let cell = cell(bytes, &position, &line, separator, &record.fault)
            record.cells.append(String(decoding: cell, as: UTF8.self))
            guard position < bytes.count else { return record }
            let end = bytes[position]
            position += 1
            if end == separator { continue }
            if end == carriageReturn, position < bytes.count, bytes[position] == lineFeed { position += 1 }
            line += 1
            return record
        }
    }

    /// The bytes of one cell; the position is then at what ends it.
    private static func cell(
        _ bytes: [UInt8], _ position: inout Int, _ line: inout Int, _ separator: UInt8, _ fault: inout String?
    ) -> [UInt8] {
        func isEnd(_ byte: UInt8) -> Bool { byte == separator || byte == lineFeed || byte == carriageReturn }
        guard position < bytes.count, bytes[position] == quote else {
            let rest = bytes[position...]
            let end = rest.firstIndex(where: isEnd) ?? bytes.count
            position = end
            return Array(rest[..<end])
        }
        let begin = line
        var cell: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote {
                guard position < bytes.count, bytes[position] == quote else {
                    if position < bytes.count, !isEnd(bytes[position]) {
                        fault = fault ?? "something stands behind the closing quote of a cell"
                        position = bytes[position...].firstIndex(where: isEnd) ?? bytes.count
                    }
                    return cell
                }
                position += 1
            } else if byte == lineFeed
                || (byte == carriageReturn && (position == bytes.count || bytes[position] != lineFeed))
            {
                line += 1
            }
            cell.append(byte)
        }
        fault = "the quote of a cell that begins in line \(begin) is not closed"
        return []
    }

    /// A record as it is written, with its line end.
    static func line(_ cells: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let needsQuotes = cell.utf8.contains {
                [quote, lineFeed, carriageReturn, UInt8(ascii: ","), 0x20].contains($0)
            }
            guard needsQuotes else {
                bytes += cell.utf8
                continue
            }
            bytes.append(quote)
            for byte in cell.utf8 { bytes += byte == quote ? [quote, quote] : [byte] }
            bytes.append(quote)
        }
        return bytes + [carriageReturn, lineFeed]
    }
}

/// Cells that a spreadsheet would take for a formula, and run: they get an apostrophe in front, which reading takes away again.
///
/// Source: https://owasp.org/www-community/attacks/CSV_Injection
enum CSVFormula {
    private static let apostrophe = UInt8(ascii: "'")

    private static func isFormula(_ text: some Sequence<UInt8>) -> Bool {
        text.first { $0 != apostrophe }.map { [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains($0) } ?? false
    }

    /// The cell for a text.
    static func neutralised(_ text: String) -> String { isFormula(text.utf8) ? "'" + text : text }

    /// The text of a cell.
    static func restored(_ cell: String) -> String {
        cell.utf8.first == apostrophe && isFormula(cell.utf8) ? String(cell.dropFirst()) : cell
    }
}
