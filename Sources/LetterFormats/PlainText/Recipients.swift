import LetterModel

/// Whom a greeting addresses. Nothing is invented: a greeting without a name gives an agent without one.
enum Recipients {
    /// The agents of one greeting, none for "To whom it may concern".
    static func agents(of greeting: Salutation.Greeting) -> [Agent] {
        var rest = Words.stripEnd(Words.strip(greeting.text, Words.emphasis), Words.lineEnds)
        if isForAnybody(rest) { return [] }
        if SalutationWords.unspaced.contains(where: { $0.opener.hasSameBytes(as: greeting.opener) }) {
            return eastAsian(Words.trim(dropKeyPrefix(greeting.opener, of: rest))).map { [$0] } ?? []
        }
        let isTo = greeting.opener.hasPrefix("to ")
        if !isAddress(greeting.opener) { rest = Words.trim(dropKeyPrefix(isTo ? "to" : greeting.opener, of: rest)) }
        rest = Words.strip(rest, [",", " "])
        guard !rest.utf8.isEmpty else { return [] }
        if isTo { return [addressed(rest)] }
        return persons(rest).compactMap(agent)
    }

    /// Openers that are a form of address themselves stay: "Excellency", "Monsieur".
    private static func isAddress(_ opener: String) -> Bool {
        let first = Words.split(opener).first ?? ""
        return ["mr. president", "madam president", "gentlemen", "ladies and gentlemen", "ladies", "sir", "sirs"]
            .contains(
                where: opener.hasSameBytes) || RoleWords.honorifics.contains(where: opener.hasSameBytes)
            || RoleWords.honorifics.contains(where: first.hasSameBytes) && !greetingHonorifics.contains(first)
            || RoleWords.groups.contains(first)
    }

    /// Words that greet here, and are forms of address elsewhere.
    private static let greetingHonorifics = WordTable("sayın möhtərəm honourable honorable the")

    private static func isForAnybody(_ text: String) -> Bool {
        let key = Words.key(text)
        return ["to whom it may concern", "敬启者", "敬啟者", "拝啓", "謹啓", "前略", "拝復", "a quien corresponda"].contains(
            where: key.hasSameBytes)
    }

    /// "Secretary Becerra and Secretary Vilsack" are two, "Mr. and Mrs. Smith" are not.
    private static func persons(_ text: String) -> [String] {
        let words = Words.split(text)
        for (index, word) in words.enumerated()
        where ["and", "und", "et", "y", "и", "və", "ve", "&"].contains(where: Words.key(word).hasSameBytes) {
            let left = words[..<index].joined(separator: " ")
            let right = words[(index + 1)...].joined(separator: " ")
            let (leftHonorific, leftRest) = honorific(of: left)
            guard !right.utf8.isEmpty, !left.utf8.isEmpty, leftHonorific == nil || !leftRest.utf8.isEmpty,
                Words.split(right).allSatisfy(Words.isCapitalised),
                !RoleWords.isOnlyRole(left) || RoleWords.isOnlyRole(right)
            else { return [text] }
            return [Words.stripEnd(left, [","]), right]
        }
        return [text]
    }

    /// "the Congress of the United States", "the Dedicated Members of the Federal Workforce"
    private static func addressed(_ text: String) -> Agent {
        var words = Words.split(text)
        if let first = words.first, ["the", "our", "my"].contains(where: Words.key(first).hasSameBytes) {
            words.removeFirst()
        }
        let name = words.joined(separator: " ")
        var agent = Agent()
        if RoleWords.isOnlyRole(name) {
            agent.role = name
            agent.kind = .position
        } else {
            agent.name = name
            let head = Words.key(words.first ?? "")
            agent.kind =
                RoleWords.bodies.contains(head)
                    || !RoleWords.plainWords(name).contains(where: RoleWords.groups.contains) && RoleWords.isBody(name)
                ? .organisation : .group
        }
        return agent
    }

    private static func agent(_ text: String) -> Agent? {
        var agent = Agent()
        var (found, rest) = honorific(of: text)
        rest = withoutArticle(rest)
        let words = RoleWords.plainWords(rest)
        agent.honorific = found
        if rest.utf8.isEmpty {
            agent.kind = .unknown
        } else if RoleWords.isOnlyRole(rest) {
            agent.role = rest
            agent.kind = .position
        } else if words.contains(where: RoleWords.groups.contains) {
            agent.name = rest
            agent.kind = .group
        } else if let (role, name) = roleAndName(rest) {
            agent.role = role
            agent.name = name
            agent.kind = .person
        } else if RoleWords.isBody(rest) {
            agent.name = rest
            agent.kind = .organisation
        } else if found != nil || Words.split(rest).allSatisfy(Words.isCapitalised) {
            agent.name = rest
            agent.kind = found.map { Words.key($0).contains(" and ") } == true ? .group : .person
        } else {
            // "my dear old friend": somebody, but no name.
            return nil
        }
        return agent.members.isEmpty ? nil : agent
    }

    /// "President Biden"
    private static func roleAndName(_ text: String) -> (String, String)? {
        let words = Words.split(text)
        let roles = words.prefix { RoleWords.roles.contains(Words.key($0)) }
        let name = words.dropFirst(roles.count)
        guard !roles.isEmpty, !name.isEmpty, name.allSatisfy(Words.isCapitalised) else { return nil }
        return (roles.joined(separator: " "), name.joined(separator: " "))
    }

    /// The forms of address at the start as written, and the rest. Several may follow each other.
    static func honorific(of text: String) -> (String?, String) {
        var rest = Words.fold(text)
        var found: [String] = []
        var isSearching = true
        while isSearching {
            isSearching = false
            let key = Words.key(rest)
            for honorific in RoleWords.honorifics where key.hasPrefix(honorific) {
                let after = key.unicodeScalars.dropFirst(honorific.unicodeScalars.count).first
                guard after == nil || after == " " || after == "," || after == "." else { continue }
                let count = Words.split(honorific).count
                let words = Words.split(rest)
                found.append(words.prefix(count).joined(separator: " "))
                rest = words.dropFirst(count).joined(separator: " ")
                isSearching = !rest.utf8.isEmpty
                break
            }
        }
        guard !found.isEmpty else { return (nil, rest) }
        return (Words.stripEnd(found.joined(separator: " "), [","]), Words.strip(rest, [","]))
    }

    private static func withoutArticle(_ text: String) -> String {
        let words = Words.split(text)
        if let first = words.first, words.count > 1,
            ["le", "la", "les", "el", "il", "lo", "o", "a"].contains(where: first.hasSameBytes)
        {
            return words.dropFirst().joined(separator: " ")
        }
        return text.hasPrefix("l'") || text.hasPrefix("l’") ? String(text.dropFirst(2)) : text
    }

    private static let eastAsianRoles = ["总统", "主席", "总理", "部长", "大使", "秘书长", "校长", "总裁", "大統領", "首相", "大臣", "社長"]
    private static let eastAsianHonorifics = ["先生", "女士", "阁下", "閣下", "殿下", "陛下", "様", "殿"]

    private static func eastAsian(_ text: String) -> Agent? {
        var rest = text
        var agent = Agent()
        for honorific in eastAsianHonorifics where rest.hasSuffix(honorific) {
            agent.honorific = honorific
            rest = String(rest.dropLast(honorific.count))
            break
        }
        guard !rest.isEmpty || agent.honorific != nil else { return nil }
        if let role = eastAsianRoles.first(where: { rest.hasSuffix($0) }) {
            let name = rest.dropLast(role.count)
            agent.role = role
            agent.name = name.isEmpty ? nil : String(name)
            agent.kind = name.isEmpty ? .position : .person
        } else {
            agent.name = rest
            agent.kind = rest.isEmpty ? .unknown : .person
        }
        return agent
    }

    /// A text without the words that its key begins with.
    private static func dropKeyPrefix(_ prefix: String, of text: String) -> String {
        if Words.isUnspaced(prefix) { return String(text.dropFirst(prefix.count)) }
        return Words.split(text).dropFirst(Words.split(prefix).count).joined(separator: " ")
    }
}
