import LetterModel
import XMLParsing

/// The `correspDesc` element: who sent what to whom. TEI editions and CMIF files share it.
///
/// The first `sent` action gives senders, date and place. The first `received` action gives the recipients; its date and place
/// are an event, as is every other action.
///
/// Source: https://tei-c.org/release/doc/tei-p5-doc/en/html/ref-correspDesc.html
enum CorrespDesc {
    /// What CMIF files say where nobody knows who it was.
    static let unknownURI = "http://correspSearch.net/unknown"

    /// Reads one into a letter.
    static func read(_ element: XMLElement, into letter: inout Letter, _ authorities: TEIAuthorities) -> [ImportWarning]
    {
        var warnings: [ImportWarning] = []
        var events: [Event] = []
        var hasSent = false
        var hasReceived = false
        for action in element.elements("correspAction") {
            let type = XMLText.collapsed(action.attribute("type") ?? "other")
            let agents = distinct(action.elements.compactMap { agent($0, action.namespace, authorities) })
            let places = distinct(action.elements("placeName").map { place($0, authorities) })
            var dates: [LetterDate] = []
            for element in action.elements("date") {
                let (date, doubts) = TEIDate.read(element)
                warnings += doubts
                if !date.members.isEmpty { dates.append(date) }
            }
            var event = Event()
            event.type = EventType(rawValue: type)
            if type.hasSameBytes(as: "sent"), !hasSent {
                hasSent = true
                letter.senders = agents
                letter.place = places.first
                letter.date = dates.first
                event.places = Array(places.dropFirst())
                dates = Array(dates.dropFirst())
            } else if type.hasSameBytes(as: "received"), !hasReceived {
                hasReceived = true
                letter.recipients = agents
                event.places = places
            } else {
                event.agents = agents
                event.places = places
            }
            event.date = dates.first
            let isBare = event.agents.isEmpty && event.places.isEmpty && event.date == nil
            let isTold = type.hasSameBytes(as: "sent") || type.hasSameBytes(as: "received")
            if !(isBare && isTold) { events.append(event) }
            for date in dates.dropFirst() {
                var further = Event()
                further.type = event.type
                further.date = date
                events.append(further)
            }
        }
        letter.events = distinct(events)
        readContext(element, into: &letter)
        for (index, note) in element.elements("note").enumerated() {
            if let mentions = MentionList.read(note) {
                letter.mentions += mentions
                continue
            }
            var value = Note()
            value.text = XMLText.collapsed(note.text)
            if value.text != nil { letter.notes += [("correspDesc-\(index + 1)", value)] }
        }
        return warnings
    }

    /// References to other letters. What sort of relation they are, each edition says in words of its own.
    private static func readContext(_ element: XMLElement, into letter: inout Letter) {
        let references = element.elements("correspContext").flatMap { $0.elements("ref") }.map { ref in
            var members = JSONObject()
            for name in ["type", "subtype", "target", "source"] {
                if let value = ref.attribute(name), !value.isEmpty { members[name] = .string(value) }
            }
            let text = XMLText.text(of: ref)
            if !text.isEmpty { members["text"] = .string(text) }
            return JSONValue.object(members)
        }
        guard !references.isEmpty else { return }
        var extra = letter.extra
        extra["correspContext"] = .array(references.filter { !$0.isVacant })
        letter.extra = extra
    }

    private static func agent(_ element: XMLElement, _ namespace: String, _ authorities: TEIAuthorities) -> Agent? {
        guard element.namespace.hasSameBytes(as: namespace) else { return nil }
        var agent = Agent()
        switch element.name {
        case "persName": agent.kind = .person
        case "orgName": agent.kind = .organisation
        case "name", "rs": agent.kind = element.attribute("type").map(agentKind)
        default: return nil
        }
        if !readParts(of: element, into: &agent) { agent.name = XMLText.text(of: element) }
        agent[text: "field"] = element.attribute("subtype").flatMap { ["cc", "bcc"].contains($0) ? $0 : nil }
        agent.uris = authorities.uris(of: element)
        agent.certainty = element.attribute("cert")
        agent.evidence = element.attribute("evidence")
        if agent.uris.contains(where: { $0.lowercased().hasSameBytes(as: unknownURI.lowercased()) }) {
            agent.kind = .unknown
        }
        let isNobody = agent.name == nil && agent.role == nil && agent.honorific == nil && agent.onBehalfOf == nil
        return isNobody && agent.uris.isEmpty ? nil : agent
    }

    /// The office and the like of somebody, where each part of the name has an element of its own; else editions have one text, which is
    /// the name.
    private static func readParts(of element: XMLElement, into agent: inout Agent) -> Bool {
        let names = element.elements("name")
        let roles = element.elements("roleName")
        let honorifics = element.elements("addName").filter { $0.attribute("type") == "honorific" }
        let behalves = element.elements("orgName").filter { $0.attribute("type") == "onBehalfOf" }
        guard names.count <= 1, roles.count <= 1, honorifics.count <= 1, behalves.count <= 1,
            roles.count + honorifics.count + behalves.count > 0
        else { return false }
        let parts = [names.first, roles.first, honorifics.first, behalves.first].compactMap { $0 }
        let isLoose = element.nodes.contains { node in
            switch node {
            case .text(let text): !XMLText.collapsed(text).isEmpty
            case .element(let child): !parts.contains { $0.range == child.range }
            }
        }
        guard !isLoose else { return false }
        agent.name = names.first.map(XMLText.text)
        agent.role = roles.first.map(XMLText.text)
        agent.honorific = honorifics.first.map(XMLText.text)
        agent.onBehalfOf = behalves.first.map(XMLText.text)
        return true
    }

    private static func agentKind(_ word: String) -> AgentKind {
        switch word {
        case "pers": .person
        case "org", "organization": .organisation
        default: AgentKind(rawValue: word)
        }
    }

    private static func place(_ element: XMLElement, _ authorities: TEIAuthorities) -> Place {
        var place = Place()
        place.name = XMLText.text(of: element)
        place.uris = authorities.uris(of: element)
        place.certainty = element.attribute("cert")
        place[text: "evidence"] = element.attribute("evidence")
        return place
    }

    /// Lists of a letter say nothing twice.
    static func distinct<Part: LetterRecord>(_ parts: [Part]) -> [Part] {
        var seen: Set<Part> = []
        return parts.filter { !$0.members.isEmpty && seen.insert($0).inserted }
    }
}

/// The persons and places that a file lists, by their `xml:id`, with their records elsewhere.
struct TEIAuthorities {
    private var records: [String: [String]] = [:]

    init() {}

    /// Reads `listPerson`, `listPlace` and `listOrg`, wherever they are.
    init(_ root: XMLElement) {
        self.init(in: [root])
    }

    /// Reads the lists in these elements.
    init(in elements: [XMLElement]) {
        for root in elements { add(root) }
    }

    private mutating func add(_ root: XMLElement) {
        for name in ["person", "place", "org"] {
            for element in root.all(name) {
                guard let id = element.xmlAttribute("id") else { continue }
                let uris = element.elements("idno").map { XMLText.collapsed($0.text) }
                records[id, default: []] += uris.filter { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
            }
        }
    }

    /// These lists, and what others say of names that are not in them.
    func merging(_ others: TEIAuthorities) -> TEIAuthorities {
        var merged = self
        merged.records.merge(others.records) { own, _ in own }
        return merged
    }

    /// What `ref` says, as it says it, then what the file's list knows of it.
    func uris(of element: XMLElement) -> [String] {
        let refs = (element.attribute("ref") ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        let known = refs.filter { $0.hasPrefix("#") }.flatMap { records[String($0.dropFirst())] ?? [] }
        var seen: Set<ByteKey> = []
        return (refs + known).filter { seen.insert(ByteKey($0)).inserted }
    }
}
