extension Program {
    /// The help of the program: all commands under their headings, and the options that all of them take.
    public func helpText(width: Int = 80) -> String {
        helpText(ofGroup: [], width: width)
    }

    /// The help of a command; it ends with a line feed.
    public func helpText(of command: CommandDescription, width: Int = 80) -> String {
        var help = HelpText(width: width)
        let required = requiredOptions(of: command).map(\.usage)
        help.add(usage: "\(name) \(command.name)", required + ["[OPTIONS]"] + command.arguments.map(\.usage))
        help.add(paragraphs: sentence(command.summary))
        help.add(paragraphs: command.discussion)
        help.add("Arguments", command.arguments.map { ($0.usage, $0.fullHelp) })
        help.add("Options", command.options.map { ($0.label, $0.fullHelp) })
        let common = globalOptions + [helpFlag.optionDescription]
        help.add("Options of every command", common.map { ($0.label, $0.fullHelp) })
        help.add("Environment", (command.environment + environment).map { ($0.name, $0.help) })
        help.add(examples: command.examples)
        let statuses = (command.exitStatuses + exitStatuses).sorted { $0.status < $1.status }
        help.add("Exit status", statuses.map { (String($0.status), $0.help) })
        return help.text
    }

    /// The help of the commands whose names start with these words; of the whole program if there are none.
    func helpText(ofGroup path: [String], width: Int) -> String {
        var help = HelpText(width: width)
        help.add(usage: ([name] + path).joined(separator: " "), ["[OPTIONS]", "COMMAND", "[ARGUMENTS]"])
        if path.isEmpty {
            help.add(paragraphs: sentence(summary))
            help.add(paragraphs: discussion)
        }
        for section in sections {
            let commands = section.commands.map(\.description).filter { !$0.isHidden && $0.words.starts(with: path) }
            help.add(section.title, commands.map { ($0.name, $0.summary) })
        }
        let last = path.isEmpty ? [versionFlag.optionDescription] : []
        let common = globalOptions + [helpFlag.optionDescription] + last
        help.add("Options", common.map { ($0.label, $0.fullHelp) })
        if path.isEmpty {
            help.add("Environment", environment.map { ($0.name, $0.help) })
            help.add("Exit status", exitStatuses.map { (String($0.status), $0.help) })
        }
        help.add(paragraphs: "Run '\(name) help COMMAND' to see what a command does and takes.")
        return help.text
    }

    /// The options without which a command does not run.
    func requiredOptions(of command: CommandDescription) -> [OptionDescription] {
        (command.options + (command.isAboutProgram ? [] : globalOptions)).filter(\.isRequired)
    }

    /// A summary as a sentence of its own.
    func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }
}
