extension Program {
    /// An error whose advice, unless there is a better one, is where to look.
    func usageError(
        _ code: UsageError.Code, _ message: String, advice: String? = nil, path: [String] = [],
        command: String? = nil
    ) -> UsageError {
        let called = ([name] + path).joined(separator: " ")
        return UsageError(
            code: code, message: message, advice: advice ?? "Run '\(called) --help' to see what it takes.",
            command: command, givenFlags: [])
    }

    func missingCommand(_ path: [String]) -> UsageError {
        let message =
            path.isEmpty
            ? "no command was given" : "'\(path.joined(separator: " "))' needs one of \(oneOf(nextWords(path)))"
        return usageError(.missingCommand, message, path: path)
    }

    /// The last word of the path is wrong; those before it name a group.
    func unknownCommand(_ path: [String]) -> UsageError {
        let group = Array(path.dropLast())
        let word = path.last ?? ""
        let candidates = nextWords(group) + (group.isEmpty ? ["help"] : [])
        let written = (group + [word]).joined(separator: " ")
        let nearest = nearestName(to: word, among: candidates).map { (group + [$0]).joined(separator: " ") }
        return usageError(
            .unknownCommand,
            "there is no command \(quoted(written))" + (nearest.map { "; did you mean '\($0)'?" } ?? ""), path: group)
    }

    /// Throws what popt found wrong.
    func check(
        _ scan: PoptScan, options: [OptionDescription], path: [String], command: String?
    ) throws(UsageError) {
        guard let fault = scan.fault else { return }
        let written = writtenOption(fault.word, fault.kind, options)
        switch fault.kind {
        case .unknownOption:
            throw unknownOption(written, options: options, path: path, command: command)
        case .missingValue:
            let option = options.first { "--\($0.name)" == written || $0.short.map { "-\($0)" } == written }
            let placeholder = option?.value.map { ": \(written) \($0.placeholder)" } ?? ""
            throw usageError(
                .missingValue, "option \(written) needs a value\(placeholder)", path: path, command: command)
        case .unwantedValue:
            throw usageError(
                .unwantedValue, "option \(written) takes no value", advice: "Write \(written) alone.", path: path,
                command: command)
        }
    }

    /// A value that its parser refused; `what` names the option, argument or variable that it is for.
    func invalidValue(
        _ refusal: InvalidValue, for what: String, isSecret: Bool = false, kind: ValueKind?,
        of command: CommandDescription
    ) -> UsageError {
        let value = isSecret ? "its value" : refusal.text.map(quoted) ?? "a value"
        var message = "\(what): \(value) is not allowed; expected \(refusal.expected)"
        if !isSecret, case .choice(let allowed) = kind, let text = refusal.text,
            let nearest = nearestName(to: text, among: allowed)
        {
            message += "; did you mean '\(nearest)'?"
        }
        return usageError(.invalidValue, message, path: command.words, command: command.name)
    }

    private func unknownOption(
        _ written: String, options: [OptionDescription], path: [String], command: String?
    ) -> UsageError {
        let name = String(written.drop { $0 == "-" })
        if command == nil, commands.contains(where: { $0.description.options.contains { $0.name == name } }) {
            return usageError(
                .unknownOption, "option \(written) belongs to a command",
                advice: "Write it behind the name of the command.", path: path)
        }
        let isLong = written.hasPrefix("--")
        let nearest = isLong ? nearestName(to: name, among: options.map(\.name)) : nil
        return usageError(
            .unknownOption,
            "there is no option \(isLong ? quoted(written) : written)"
                + (nearest.map { "; did you mean --\($0)?" } ?? ""),
            path: path, command: command)
    }

    /// The option in a word that popt refused: `--name` without its value, or the one letter of a bundle.
    private func writtenOption(_ word: String, _ fault: PoptScan.Fault, _ options: [OptionDescription]) -> String {
        if word.hasPrefix("--") { return String(word.prefix { $0 != "=" }) }
        // Letters before the refused one are flags, so the first letter that is none is meant.
        let flags = options.filter { $0.value == nil }.compactMap(\.short)
        guard let letter = word.dropFirst().first(where: { !flags.contains($0) }) else { return word }
        return "-\(printable(letter))"
    }

    /// The words that can stand behind those of a group, once each.
    private func nextWords(_ path: [String]) -> [String] {
        var words: [String] = []
        for command in commands where command.words.starts(with: path) {
            let word = command.words.dropFirst(path.count).first
            if let word, !words.contains(word) { words.append(word) }
        }
        return words
    }
}

/// A text for a message: in quotes, without control characters, cut at 60 characters.
func quoted(_ text: String) -> String {
    let most = 60
    let characters = text.prefix(most).map(printable).joined()
    return "'" + characters + (text.count > most ? "…" : "") + "'"
}

/// A character that does nothing to a terminal.
private func printable(_ character: Character) -> String {
    character.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "?"
        default: String(scalar)
        }
    }.joined()
}
