import LetterModel
import XMLParsing

/// Dates between TEI's attributes and EDTF.
///
/// | TEI | EDTF |
/// |---|---|
/// | when | the date |
/// | from, to | an interval `a/b`: it took that long |
/// | notBefore, notAfter | one of the days `[a..b]` |
/// | when-custom, where datingMethod is that of EDTF | the date as it is |
///
/// Source: https://tei-c.org/release/doc/tei-p5-doc/en/html/ref-att.datable.w3c.html
enum TEIDate {
    /// What dates are called that are written in EDTF.
    static let method = "https://www.loc.gov/standards/datetime/"

    private static let names = ["when", "notBefore", "notAfter", "from", "to"]

    /// What a `date` element says. Attributes that the EDTF date does not tell stay in `attributes`, as they were.
    static func read(_ element: XMLElement) -> (date: LetterDate, warnings: [ImportWarning]) {
        var date = LetterDate()
        var values: [String: String] = [:]
        for name in names { values[name] = element.attribute(name).map(XMLText.collapsed) }
        var (edtf, told) = spelling(values)
        if element.attribute("datingMethod")?.hasSameBytes(as: method) ?? false,
            let custom = element.attribute("when-custom"), !custom.isEmpty
        {
            // What else stands there says the same for those who do not know EDTF, as far as it can be said.
            edtf = custom
            var date = LetterDate()
            date.edtf = custom
            told = attributes(of: date).filter { values[$0.key] == $0.value }.map(\.key)
        }
        var rest = names.filter { values[$0] != nil }
        var warnings: [ImportWarning] = []
        if let edtf {
            do {
                date.edtf = try EDTF(edtf).text
                rest.removeAll { told.contains($0) }
            } catch {
                warnings.append(
                    ImportWarning(.impossibleDate, "line \(element.line): \(error.description); it stays as it was"))
            }
        }
        date.text = XMLText.text(of: element)
        date.certainty = element.attribute("cert")
        date[text: "evidence"] = element.attribute("evidence")
        date[text: "calendar"] = element.attribute("calendar").map { $0.hasPrefix("#") ? String($0.dropFirst()) : $0 }
        date[value: "attributes"] = .object(JSONObject(rest.map { ($0, .string(values[$0] ?? "")) }))
        return (date, warnings)
    }

    private static func spelling(_ values: [String: String]) -> (edtf: String?, told: [String]) {
        if let when = values["when"] { return (when, ["when"]) }
        if values["from"] != nil || values["to"] != nil {
            return ("\(values["from"] ?? "")/\(values["to"] ?? "")", ["from", "to"])
        }
        if values["notBefore"] != nil || values["notAfter"] != nil {
            return ("[\(values["notBefore"] ?? "")..\(values["notAfter"] ?? "")]", ["notBefore", "notAfter"])
        }
        return (nil, [])
    }

    /// Writes a `date` element as editions have it: all of the date; nothing for a date that says nothing.
    static func writeExactly(_ date: LetterDate, to writer: inout XMLWriter) {
        guard !date.members.isEmpty else { return }
        var values = attributes(of: date)
        let isTold = spelling(values).edtf?.hasSameBytes(as: date.edtf ?? "") ?? (date.edtf == nil)
        for name in names where values[name] == nil {
            values[name] = date.members["attributes"]?.members?[name]?.text
        }
        writer.exact(
            "date",
            [
                "when": values["when"], "from": values["from"], "to": values["to"], "notBefore": values["notBefore"],
                "notAfter": values["notAfter"], "when-custom": isTold ? nil : date.edtf,
                "datingMethod": isTold ? nil : method, "cert": date.certainty, "evidence": date[text: "evidence"],
                "calendar": date.calendar.map { "#\($0)" },
            ], text: date.text ?? "")
    }

    /// Writes a `date` element; nothing for a date that says nothing.
    static func write(_ date: LetterDate, to writer: inout XMLWriter) {
        guard !date.members.isEmpty else { return }
        var values = attributes(of: date)
        for name in names where values[name] == nil {
            values[name] = date.members["attributes"]?.members?[name]?.text
        }
        let isDoubtful = date.edtf?.utf8.contains { "?~%".utf8.contains($0) } ?? false
        writer.element(
            "date",
            [
                "when": values["when"], "from": values["from"], "to": values["to"], "notBefore": values["notBefore"],
                "notAfter": values["notAfter"], "cert": date.certainty ?? (isDoubtful ? "low" : nil),
                "evidence": date[text: "evidence"],
                "calendar": date.calendar.map { "#\($0)" },
            ], text: date.text)
    }

    /// A day, month or year is `when`, an interval `from` and `to`, whatever else its first and last day.
    private static func attributes(of date: LetterDate) -> [String: String] {
        guard let edtf = date.parsed else { return [:] }
        let ends = edtf.text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if ends.count == 2, ends.allSatisfy({ isPlain($0) || $0.isEmpty || $0 == ".." }) {
            var values: [String: String] = [:]
            if isPlain(ends[0]) { values["from"] = ends[0] }
            if isPlain(ends[1]) { values["to"] = ends[1] }
            return values
        }
        let bare = String(edtf.text.filter { !"?~%".contains($0) })
        if isPlain(bare) { return ["when": bare] }
        if edtf.text.utf8.first != UInt8(ascii: "["), let day = edtf.day { return ["when": day.text] }
        var values: [String: String] = [:]
        values["notBefore"] = edtf.earliest?.text
        values["notAfter"] = edtf.latest?.text
        return values
    }

    /// Whether it is a year, month or day that XML Schema has too.
    private static func isPlain(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts[0].utf8.count == 4,
            parts.dropFirst().allSatisfy({ $0.utf8.count == 2 })
        else { return false }
        guard parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }) else {
            return false
        }
        // 21 to 24 are seasons.
        return parts.count < 2 || (1...12).contains(Int(parts[1]) ?? 0)
    }
}
