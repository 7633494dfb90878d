import Foundation
import LetterFormats
import LetterModel

/// What an independent XML parser read from the `correspDesc` of a letter.
struct CorrespondenceTruth: Decodable {
    struct Agent: Decodable {
        let kind: String
        let name: String
        let ref: String?
        let cert: String?
        let evidence: String?
    }

    struct Place: Decodable {
        let name: String
        let ref: String?
    }

    struct Date: Decodable {
        let when: String?
        let from: String?
        let to: String?
        let notBefore: String?
        let notAfter: String?
        let cert: String?
        let evidence: String?
        let text: String?

        /// The same in EDTF, written down here once more so that the importer cannot be right by its own word.
        var edtf: String? {
            if let when { return when.trimmingCharacters(in: .whitespaces) }
            if from != nil || to != nil { return "\(from ?? "")/\(to ?? "")" }
            if notBefore != nil || notAfter != nil { return "[\(notBefore ?? "")..\(notAfter ?? "")]" }
            return nil
        }
    }

    struct Action: Decodable {
        let type: String
        let agents: [Agent]
        let places: [Place]
        let dates: [Date]
    }

    let file: String
    let key: String?
    let actions: [Action]

    static func all(_ folder: URL) throws -> [CorrespondenceTruth] {
        let text = try String(contentsOf: folder.appending(path: "truth.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Self.self, from: Data($0.utf8)) }
    }

    private static func folded(_ text: String?) -> String {
        (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Compares every field of it with a letter.
    func compare(with letter: Letter, in table: inout FormatTable) {
        table.letters += 1
        var events = letter.events
        for action in actions {
            let place = "\(file) \(key ?? "") \(action.type)"
            var event = Event()
            if action.type != "sent" {
                let index = events.firstIndex { $0.type?.rawValue == action.type }
                table.compare(index != nil || action.type == "received", "\(place): type")
                if let index { event = events.remove(at: index) }
            }
            let agents =
                switch action.type {
                case "sent": letter.senders
                case "received": letter.recipients
                default: event.agents
                }
            compare(agents, with: action.agents, at: place, in: &table)
            let places = action.type == "sent" ? letter.place.map { [$0] } ?? [] : event.places
            table.compare(places.count == action.places.count, "\(place): \(places.count) places")
            for (found, expected) in zip(places, action.places) {
                table.compare(Self.folded(found.name) == Self.folded(expected.name), "\(place): place \(expected.name)")
                table.compare(found.uris.first == expected.ref, "\(place): ref of \(expected.name)")
            }
            let date = action.type == "sent" ? letter.date : event.date
            table.compare((date == nil ? 0 : 1) == action.dates.count, "\(place): \(action.dates.count) dates")
            guard let date, let expected = action.dates.first else { continue }
            table.compare(date.edtf == expected.edtf, "\(place): date \(expected.edtf ?? "-") is \(date.edtf ?? "-")")
            table.compare(Self.folded(date.text) == Self.folded(expected.text), "\(place): text of the date")
            table.compare(date.certainty == expected.cert, "\(place): cert of the date")
            table.compare(date.members["evidence"]?.text == expected.evidence, "\(place): evidence of the date")
        }
        table.compare(events.isEmpty, "\(file) \(key ?? ""): events that nobody told of")
    }

    private func compare(
        _ found: [LetterModel.Agent], with expected: [Agent], at place: String, in table: inout FormatTable
    ) {
        table.compare(found.count == expected.count, "\(place): \(found.count) agents, not \(expected.count)")
        for (found, expected) in zip(found, expected) {
            let kind: AgentKind = expected.kind == "orgName" ? .organisation : .person
            table.compare(found.kind == kind, "\(place): kind of \(expected.name)")
            table.compare(Self.folded(found.name) == Self.folded(expected.name), "\(place): name \(expected.name)")
            table.compare(found.uris.first == expected.ref, "\(place): ref of \(expected.name)")
            table.compare(found.certainty == expected.cert, "\(place): cert of \(expected.name)")
            table.compare(found.evidence == expected.evidence, "\(place): evidence of \(expected.name)")
        }
    }
}
