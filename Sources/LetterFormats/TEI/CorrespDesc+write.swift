import LetterModel

extension CorrespDesc {
    /// Writes the actions of a letter: always `sent` and `received`, an unknown agent as the standard says. Agents are persons or
    /// organisations; an office without a name is written by its role.
    static func writeActions(_ letter: Letter, to writer: inout XMLWriter) {
        var sent = Event()
        sent.type = EventType(rawValue: "sent")
        sent.agents = letter.senders
        sent.places = letter.place.map { [$0] } ?? []
        sent.date = letter.date
        write(sent, to: &writer)
        let first = letter.events.firstIndex { $0.type == .received }
        if first == nil {
            var received = Event()
            received.type = .received
            received.agents = letter.recipients
            write(received, to: &writer)
        }
        for (index, event) in letter.events.enumerated() {
            var event = event
            if index == first { event.agents = letter.recipients + event.agents }
            write(event, to: &writer)
        }
    }

    private static func write(_ event: Event, to writer: inout XMLWriter) {
        let type = event.type?.rawValue ?? "other"
        let needsAgent = type == "sent" || type == "received"
        writer.element("correspAction", ["type": type]) { writer in
            for agent in event.agents { write(agent, to: &writer) }
            if event.agents.isEmpty, needsAgent {
                writer.element("persName", ["ref": unknownURI], text: "Unknown")
            }
            for place in event.places {
                writer.element(
                    "placeName",
                    ["ref": reference(place.uris), "cert": place.certainty, "evidence": place[text: "evidence"]],
                    text: place.name)
            }
            if let date = event.date { TEIDate.write(date, to: &writer) }
        }
    }

    private static func write(_ agent: Agent, to writer: inout XMLWriter) {
        let isUnnamed = agent.name == nil && agent.role == nil
        let name = agent.name ?? agent.role ?? "Unknown"
        let reference = reference(agent.uris) ?? (isUnnamed ? unknownURI : nil)
        let isBody = agent.kind == .organisation || agent.kind == .group
        writer.element(
            isBody ? "orgName" : "persName",
            ["ref": reference, "cert": agent.certainty, "evidence": agent.evidence], text: name)
    }

    static func reference(_ uris: [String]) -> String? {
        uris.isEmpty ? nil : uris.joined(separator: " ")
    }
}
