import LetterModel

extension CorrespDesc {
    /// Writes who sent what to whom as editions have it: what is known, and nothing else. Nothing at all if nothing is known.
    static func writeEdition(_ letter: Letter, to writer: inout XMLWriter) {
        let references = letter.extra["correspContext"]?.elements?.compactMap(\.members) ?? []
        let actions = actions(of: letter)
        guard !actions.isEmpty || !references.isEmpty || !letter.mentions.isEmpty else { return }
        writer.element("correspDesc") { writer in
            for action in actions { writeExactly(action, to: &writer) }
            if !references.isEmpty {
                writer.element("correspContext") { writer in
                    for members in references {
                        writer.exact(
                            "ref",
                            [
                                "type": members["type"]?.text, "subtype": members["subtype"]?.text,
                                "target": members["target"]?.text, "source": members["source"]?.text,
                            ], text: members["text"]?.text ?? "")
                    }
                }
            }
            MentionList.write(letter.mentions, to: &writer)
        }
    }

    /// The first `sent` and the first `received` have the correspondents; so they come before others of these names.
    private static func actions(of letter: Letter) -> [Event] {
        var sent = Event()
        sent.agents = letter.senders
        sent.places = letter.place.map { [$0] } ?? []
        sent.date = letter.date
        var actions: [Event] = []
        if !sent.members.isEmpty {
            sent.type = EventType(rawValue: "sent")
            actions.append(sent)
        }
        var isReceived = letter.recipients.isEmpty
        for event in letter.events {
            var event = event
            if !isReceived, event.type == .received {
                isReceived = true
                if event.agents.isEmpty {
                    event.agents = letter.recipients
                } else {
                    actions.append(received(by: letter.recipients))
                }
            }
            actions.append(event)
        }
        if !isReceived { actions.insert(received(by: letter.recipients), at: sent.members.isEmpty ? 0 : 1) }
        return actions
    }

    private static func received(by agents: [Agent]) -> Event {
        var event = Event()
        event.type = .received
        event.agents = agents
        return event
    }

    private static func writeExactly(_ event: Event, to writer: inout XMLWriter) {
        writer.element("correspAction", ["type": event.type?.rawValue ?? "other"]) { writer in
            for agent in event.agents { writeExactly(agent, to: &writer) }
            for place in event.places {
                writer.exact(
                    "placeName",
                    ["ref": reference(place.uris), "cert": place.certainty, "evidence": place[text: "evidence"]],
                    text: place.name ?? "")
            }
            if let date = event.date { TEIDate.writeExactly(date, to: &writer) }
        }
    }

    private static func writeExactly(_ agent: Agent, to writer: inout XMLWriter) {
        let name: String
        var type: String?
        switch agent.kind {
        case .person?: name = "persName"
        case .organisation?: name = "orgName"
        default:
            name = "name"
            type = agent.kind?.rawValue
        }
        let attributes: XMLWriter.Attributes = [
            "type": type, "subtype": agent[text: "field"], "ref": reference(agent.uris), "cert": agent.certainty,
            "evidence": agent.evidence,
        ]
        guard agent.role != nil || agent.honorific != nil || agent.onBehalfOf != nil else {
            return writer.exact(name, attributes, text: agent.name ?? "")
        }
        writer.element(name, attributes) { writer in
            if let text = agent.honorific { writer.exact("addName", ["type": "honorific"], text: text) }
            if let text = agent.name { writer.exact("name", text: text) }
            if let text = agent.role { writer.exact("roleName", text: text) }
            if let text = agent.onBehalfOf { writer.exact("orgName", ["type": "onBehalfOf"], text: text) }
        }
    }
}
