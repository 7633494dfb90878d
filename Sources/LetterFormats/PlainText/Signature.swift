import LetterModel

/// The lines of a signature, and who signed.
enum Signature {
    /// A signature with its offices has at most this many lines; a petition is longer and stays in the body.
    static let maximumLines = 40

    /// Whether a line can be part of a signature after a closing formula.
    static func isPlausible(_ line: String, isFirst: Bool) -> Bool {
        guard line.utf8.count <= 400 else { return false }
        let line = Words.strip(Words.fold(line), Words.emphasis)
        let words = Words.split(line)
        guard !words.isEmpty, words.count <= 14, line.utf8.count <= 160, line.unicodeScalars.first != ">" else {
            return false
        }
        if Words.isUnspaced(line) { return line.unicodeScalars.count <= 24 && !endsSentence(line) }
        if isSigned(line) || !isFirst && isContact(line) && words.count <= 8 { return true }
        guard Words.hasLetters(line) else { return !isFirst || isRule(line) }
        if endsSentence(line), words.count > 5 || words.contains(where: { $0.hasSuffix(",") }) && words.count > 3 {
            return false
        }
        if line.hasSuffix(":") || line.hasSuffix("?") { return false }
        guard Words.isCapitalised(words[0]) || RoleWords.isRole(line) || !isFirst && words.count <= 6 else {
            return false
        }
        // A sentence in lower case after its first word is none.
        let lower = words.filter {
            !Words.isCapitalised($0) && !RoleWords.connectors.contains(Words.key($0)) && !isParticle($0)
        }
        return lower.count <= words.count / 2
    }

    /// Whether a line alone shows that it is a person's name: "JOSEPH R. BIDEN JR.", "Joseph R. Biden, Jr.".
    static func isPersonName(_ line: String) -> Bool {
        guard line.utf8.count <= 400 else { return false }
        let name = Words.strip(bareName(line), Words.emphasis)
        let words = Words.split(name)
        guard (2...7).contains(words.count), name.utf8.count <= 100, !Words.hasDigits(name) else { return false }
        guard !RoleWords.isBody(name), !RoleWords.isOnlyRole(name), !PlaceWords.isKnown(name),
            Dateline(line: name) == nil
        else { return false }
        let last = Words.key(Words.strip(words[words.count - 1], [",", "."]))
        if endsSentence(name), !suffixes.contains(last), words[words.count - 1].unicodeScalars.count > 3 {
            return false
        }
        guard !name.unicodeScalars.contains(where: { ":;!?/@|".unicodeScalars.contains($0) }) else { return false }
        if let comma = name.firstIndex(of: ",") {
            let after = Words.split(name[name.index(after: comma)...])
            guard after.allSatisfy({ suffixes.contains(Words.key(Words.strip($0, [",", "."]))) || $0.hasSuffix(".") })
            else { return false }
        }
        guard Words.isCapitalised(words[0]) else { return false }
        return words.allSatisfy { word in
            Words.isCapitalised(word) && Words.hasLetters(word) || isParticle(word)
        }
    }

    /// The signatories of signature lines; `paragraphs` are the lines of each paragraph.
    static func senders(_ paragraphs: [[String]]) -> [Agent] {
        let lines = paragraphs.flatMap { $0 }.map { Words.strip(Words.fold($0), Words.emphasis) }.filter {
            Words.hasLetters($0)
        }
        guard let first = lines.first else { return [] }
        // The office before the name, then the name after each office.
        let isRoleFirst = isOffice(first) && lines.dropFirst().contains { !isOffice($0) }
        var agents: [Agent] = []
        var waiting: [String] = []
        for line in lines {
            if isContact(line) { continue }
            if isOffice(line) {
                if isRoleFirst || agents.isEmpty {
                    waiting.append(line)
                } else {
                    addOffice(line, to: &agents[agents.count - 1])
                }
                continue
            }
            let isName = isPersonName(line) || agents.isEmpty || isSigned(line) || Words.isUnspaced(line)
            if !isName { continue }
            var agent = person(line)
            for office in waiting { addOffice(office, to: &agent) }
            waiting = []
            // A signature is often there twice: by hand, and typed below it.
            if let last = agents.last, let name = last.name, let again = agent.name, name.hasSameBytes(as: again) {
                continue
            }
            agents.append(agent)
        }
        if agents.isEmpty, !waiting.isEmpty {
            var agent = Agent()
            for office in waiting { addOffice(office, to: &agent) }
            agent.kind = agent.role == nil ? .organisation : .position
            if agent.role == nil {
                agent.name = agent.onBehalfOf
                agent.onBehalfOf = nil
            }
            agents.append(agent)
        }
        return agents
    }

    /// A line that names an office or a body, and no person.
    private static func isOffice(_ line: String) -> Bool {
        if isSigned(line) { return false }
        let (honorific, rest) = Recipients.honorific(of: line)
        if honorific != nil, isPersonName(rest) { return false }
        if let comma = line.firstIndex(of: ","), isPersonName(String(line[..<comma])) { return false }
        return RoleWords.isRole(line) || RoleWords.isBody(line)
    }

    private static func person(_ line: String) -> Agent {
        var agent = Agent()
        let (honorific, rest) = Recipients.honorific(of: bareName(line))
        var name = Words.strip(rest, [","])
        // "Ilham Aliyev, President of the Republic of Azerbaijan"
        if let comma = name.firstIndex(of: ",") {
            let office = Words.trim(name[name.index(after: comma)...])
            if RoleWords.isRole(office) {
                name = Words.trim(name[..<comma])
                addOffice(office, to: &agent)
            }
        }
        agent.name = name
        agent.honorific = name.utf8.isEmpty ? nil : honorific
        if name.utf8.isEmpty { agent.name = honorific }
        agent.kind = .person
        return agent
    }

    private static func addOffice(_ line: String, to agent: inout Agent) {
        let office = Words.strip(line, [","])
        if RoleWords.isRole(office) {
            agent.role = [agent.role, office].compactMap { $0 }.joined(separator: ", ")
            if agent.onBehalfOf == nil { agent.onBehalfOf = country(of: office) }
        } else {
            agent.onBehalfOf = office
        }
    }

    /// "President of the Republic of Azerbaijan" speaks for the "Republic of Azerbaijan".
    private static func country(of office: String) -> String? {
        let key = Words.key(office)
        for head in RoleWords.heads {
            for link in [" of the ", " of "] where key.hasPrefix(head + link) {
                let body = Words.split(office).dropFirst(Words.split(head + link).count).joined(separator: " ")
                guard Words.split(body).first.map(Words.isCapitalised) == true else { return nil }
                return body
            }
        }
        return nil
    }

    /// The name without "/s/", "(signed)" and the like.
    private static func bareName(_ line: String) -> String {
        var name = Words.fold(line)
        for mark in signedMarks where Words.key(name).hasPrefix(mark) {
            name = Words.strip(
                name.unicodeScalars.dropFirst(mark.unicodeScalars.count).map(String.init).joined(),
                [":", "-", "–", "—"])
        }
        for mark in signedMarks where Words.key(name).hasSuffix(mark) {
            name = Words.trim(name.unicodeScalars.dropLast(mark.unicodeScalars.count).map(String.init).joined())
        }
        return name
    }

    private static func isSigned(_ line: String) -> Bool {
        signedMarks.contains { Words.key(line).hasPrefix($0) }
    }

    /// A line to sign on.
    private static func isRule(_ line: String) -> Bool {
        line.unicodeScalars.allSatisfy { "_-–—. ".unicodeScalars.contains($0) }
    }

    private static func isContact(_ line: String) -> Bool {
        line.contains("@") || line.contains("http") || (Words.hasDigits(line) && !RoleWords.isRole(line))
    }

    static func endsSentence(_ line: String) -> Bool {
        line.unicodeScalars.last.map { Words.sentenceEnds.contains($0) } ?? false
    }

    private static func isParticle(_ word: String) -> Bool {
        particles.contains(Words.key(Words.stripEnd(word, [",", "."])))
    }

    private static let signedMarks = [
        "/s/", "s/", "(signed)", "[signed]", "signed:", "signed by", "gez.", "(gez.)", "(signé)", "signé:", "(подпись)",
        "подпись:", "(imza)", "imza:", "sgd.", "sgd",
    ]
    private static let suffixes = WordTable(
        "jr sr esq ii iii iv md m.d phd ph.d dds esquire ret usn usa qc kc kg mp mep obe cbe kbe jd j.d")
    private static let particles = WordTable(
        "von van de der den del della di da dos du la le ter zu zur af al el bin ibn ben bint oğlu qızı y e ap ó o of")
}
