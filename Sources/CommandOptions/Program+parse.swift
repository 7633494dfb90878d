extension Program {
    /// The command line as text; convenient where it is known to be text.
    public func parse(
        _ words: [String], environment: [String: String], width: Int = 80
    ) throws(UsageError) -> Invocation<Payload> {
        do {
            return try understand(words, environment: environment, width: width)
        } catch {
            throw UsageError(
                code: error.code, message: error.message, advice: error.advice, command: error.command,
                givenFlags: givenFlags(words))
        }
    }

    /// The flags that are on a command line with an error in it.
    func givenFlags(_ words: [String]) -> Set<String> {
        // All options of the program, so that the value of one is not taken for a flag where that can be helped.
        var options: [OptionDescription] = globalOptions
        for option in commands.flatMap(\.description.options) {
            if !options.contains(where: { $0.name == option.name }) { options.append(option) }
        }
        let scan = PoptScan(words.map { $0.replacing("\0", with: "") }, options: options, stopsAtArgument: false)
        return Set(scan.occurrences.filter { $0.value == nil }.map { options[$0.option].name })
    }

    private func understand(
        _ words: [String], environment: [String: String], width: Int
    ) throws(UsageError) -> Invocation<Payload> {
        guard !words.contains(where: { $0.utf8.contains(0) }) else {
            throw usageError(.notText, "an argument holds a NUL byte", advice: "Leave it out.")
        }
        var given = GivenOptions()
        var isHelpWanted = false
        var path: [String] = []
        var rest = words
        let leading = globalOptions + [helpFlag.optionDescription, versionFlag.optionDescription]
        while true {
            let scan = PoptScan(rest, options: leading, stopsAtArgument: true)
            for occurrence in scan.occurrences {
                let option = leading[occurrence.option]
                if option.name == versionFlag.optionDescription.name { return .version("\(name) \(version)\n") }
                if option.name == helpFlag.optionDescription.name { isHelpWanted = true }
                try given.add(option, occurrence.value, failure: { usageError($0, $1, path: path) })
            }
            if !isHelpWanted { try check(scan, options: leading, path: path, command: nil) }
            guard let word = scan.arguments.first else {
                if isHelpWanted {
                    return .help(
                        helpText(ofGroup: path, width: width), of: ([name] + path).joined(separator: " "))
                }
                throw missingCommand(path)
            }
            rest = Array(scan.arguments.dropFirst())
            if word == "help", path.isEmpty {
                isHelpWanted = true
                continue
            }
            path.append(word)
            if let command = commands.first(where: { $0.words == path }) {
                if isHelpWanted {
                    return .help(
                        helpText(of: command.description, width: width), of: "\(name) \(command.description.name)")
                }
                return try read(command, rest, given: given, environment: environment, width: width)
            }
            guard commands.contains(where: { $0.words.starts(with: path) }) else {
                throw unknownCommand(path)
            }
        }
    }

    /// Reads what stands behind the name of a command.
    private func read(
        _ command: Command<Payload>, _ words: [String], given: GivenOptions, environment: [String: String], width: Int
    ) throws(UsageError) -> Invocation<Payload> {
        let description = command.description
        let options = description.options + globalOptions + [helpFlag.optionDescription]
        let scan = PoptScan(words, options: options, stopsAtArgument: false)
        // Help wins over everything that is wrong: who asks for it may well not know how to do it right.
        if scan.occurrences.contains(where: { options[$0.option].name == helpFlag.optionDescription.name }) {
            return .help(helpText(of: description, width: width), of: "\(name) \(description.name)")
        }
        try check(scan, options: options, path: description.words, command: description.name)
        var given = given
        for occurrence in scan.occurrences {
            try given.add(
                options[occurrence.option], occurrence.value,
                failure: { usageError($0, $1, path: description.words, command: description.name) })
        }
        var values = Values()
        try readOptions(options, given, environment, of: description, into: &values)
        try readArguments(scan.arguments, of: description, into: &values)
        return .command(command, values)
    }

    private func readOptions(
        _ options: [OptionDescription], _ given: GivenOptions, _ environment: [String: String],
        of command: CommandDescription, into values: inout Values
    ) throws(UsageError) {
        for option in options {
            var texts = given.texts[option.name] ?? []
            var variable: String?
            if texts.isEmpty, let name = option.environment, let text = environment[name], !text.isEmpty {
                texts = [text]
                variable = name
            }
            if option.isRequired && texts.isEmpty {
                // Such a command does not read it.
                if command.isAboutProgram { continue }
                let orElse = option.environment.map { " (or set \($0))" } ?? ""
                throw usageError(
                    .missingOption, "option \(option.usage) is required\(orElse)", path: command.words,
                    command: command.name)
            }
            do {
                values.set(try option.evaluate(texts), of: option)
            } catch {
                throw invalidValue(
                    error, for: variable.map { "environment variable \($0)" } ?? "option --\(option.name)",
                    isSecret: variable != nil, kind: option.value?.kind, of: command)
            }
        }
    }

    /// Gives the words to the arguments, from the left; each takes what it may and leaves what the others need.
    private func readArguments(
        _ words: [String], of command: CommandDescription, into values: inout Values
    ) throws(UsageError) {
        var unclaimed = words.count
        for argument in command.arguments {
            unclaimed -= argument.arity.minimum
            guard unclaimed >= 0 else {
                throw usageError(
                    .missingArgument, "argument \(argument.name) is missing", path: command.words,
                    command: command.name)
            }
        }
        var rest = words[...]
        for argument in command.arguments {
            let extra = min(unclaimed, argument.arity.maximum - argument.arity.minimum)
            let count = argument.arity.minimum + extra
            unclaimed -= extra
            let taken = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            do {
                values.set(try argument.evaluate(taken), of: argument)
            } catch {
                throw invalidValue(error, for: "argument \(argument.name)", kind: argument.kind, of: command)
            }
        }
        if let surplus = rest.first {
            throw usageError(
                .tooManyArguments, "there is one argument too many: \(quoted(surplus))", path: command.words,
                command: command.name)
        }
    }
}

/// The options of a command line, before their values are parsed.
private struct GivenOptions {
    /// The values by long name; a flag has an empty text for each time it was given.
    var texts: [String: [String]] = [:]

    mutating func add(
        _ option: OptionDescription, _ value: String?, failure: (UsageError.Code, String) -> UsageError
    ) throws(UsageError) {
        if option.value != nil, !option.isRepeatable, texts[option.name] != nil {
            throw failure(.repeatedOption, "option --\(option.name) is there twice and takes only one value")
        }
        texts[option.name, default: []].append(value ?? "")
    }
}
