import LetterModel

/// What became of one file.
struct ImportReport {
    /// How it went as a whole.
    enum Outcome: String {
        case imported, unchanged, refused
    }

    /// Something in the file that was not taken.
    struct Refused {
        let line: Int?
        let text: String
    }

    let file: String
    var outcome = Outcome.unchanged
    /// The letters of the file in its order, those that were there before too.
    var ids: [LetterID] = []
    var created = 0
    var changed = 0
    var deleted = 0
    /// Why the whole file was refused.
    var reason: String?
    var refused: [Refused] = []
    var warnings: [String] = []

    init(file: String) {
        self.file = file
    }

    /// Adds what became of further letters of the same file.
    static func += (report: inout ImportReport, more: ImportReport) {
        report.ids += more.ids
        report.created += more.created
        report.changed += more.changed
        report.deleted += more.deleted
        report.refused += more.refused
        report.warnings += more.warnings
    }

    var json: JSONValue {
        var members: JSONObject = [
            "file": .string(file), "outcome": .string(outcome.rawValue), "ids": .array(ids.map { .string($0.text) }),
        ]
        members["reason"] = reason.map(JSONValue.string)
        if !warnings.isEmpty { members["warnings"] = .array(warnings.map(JSONValue.string)) }
        if !refused.isEmpty {
            members["refused"] = .array(
                refused.map { row in
                    var members: JSONObject = ["reason": .string(row.text)]
                    members["line"] = row.line.map(JSONValue.integer)
                    return .object(members)
                })
        }
        return .object(members)
    }

    /// What people are told of the file: of a long list its beginning, and how long it is.
    var remarks: [String] {
        ImportReport.beginning(of: warnings, "there are \(warnings.count) such remarks")
            + ImportReport.beginning(of: refused.map(\.text), "\(refused.count) lines of it were refused")
            + [reason].compactMap { $0 }
    }

    /// More than these are no longer read.
    private static let toldRemarks = 10

    private static func beginning(of remarks: [String], _ total: String) -> [String] {
        guard remarks.count > toldRemarks else { return remarks }
        return remarks.prefix(toldRemarks) + ["\(total); --json names them all"]
    }

    /// The lines for people.
    static func summary(_ reports: [ImportReport], isDryRun: Bool) -> [String] {
        let created = reports.map(\.created).reduce(0, +)
        let changed = reports.map(\.changed).reduce(0, +)
        let deleted = reports.map(\.deleted).reduce(0, +)
        let unchanged = reports.map { $0.ids.count - $0.created - $0.changed - $0.deleted }.reduce(0, +)
        let refused = reports.filter { $0.outcome == .refused }.count
        let lines = reports.map(\.refused.count).reduce(0, +)
        var parts = ["\(created) new"]
        if changed > 0 { parts.append("\(changed) changed") }
        if deleted > 0 { parts.append("\(deleted) deleted") }
        if unchanged > 0 { parts.append("\(unchanged) there already") }
        if refused > 0 { parts.append(refused == 1 ? "1 file refused" : "\(refused) files refused") }
        if lines > 0 { parts.append(lines == 1 ? "1 line refused" : "\(lines) lines refused") }
        let total = (isDryRun ? "would import: " : "imported: ") + parts.joined(separator: ", ")
        let letters = reports.flatMap(\.ids)
        return (letters.count <= 3 ? letters.map(\.text) : []) + [total]
    }

    /// The status of all of them: partly done if some were refused, failed if nothing could be taken.
    static func status(_ reports: [ImportReport]) -> CommandStatus {
        let hasRefusals = reports.contains { $0.outcome == .refused || !$0.refused.isEmpty }
        guard hasRefusals else { return .done }
        return reports.allSatisfy { $0.outcome == .refused } ? .failed : .partlyDone
    }
}
