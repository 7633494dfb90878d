extension Program {
    /// A page of the manual, as roff with the `man` macros: of the program, or of one of its commands.
    ///
    /// It is made from the descriptions that help is made from. Its name is ``manualPageName(of:)``; it carries no date, so that one version
    /// always makes the same page.
    ///
    /// Source: <https://manpages.debian.org/bookworm/groff-base/groff_man.7.en.html>
    public func manualPage(of command: CommandDescription? = nil) -> String {
        guard let command else { return programPage() }
        var page = ManualPage(Self.pageName(name, command), version: "\(name) \(version)")
        page.add(heading: "NAME", text: "\(Self.pageName(name, command)) - \(command.summary)")
        let required = requiredOptions(of: command).map(\.usage)
        page.add(
            synopsis: "\(name) \(command.name)", (required + ["[OPTIONS]"] + command.arguments.map(\.usage)))
        page.add(heading: "DESCRIPTION", text: sentence(command.summary))
        page.add(paragraphs: command.discussion)
        page.add("ARGUMENTS", command.arguments.map { ($0.usage, $0.fullHelp) })
        page.add("OPTIONS", command.options.map { ($0.label.trimmed, $0.fullHelp) })
        page.add("OPTIONS OF EVERY COMMAND", commonRows)
        page.add("ENVIRONMENT", (command.environment + environment).map { ($0.name, $0.help) })
        page.add(examples: command.examples)
        let statuses = (command.exitStatuses + exitStatuses).sorted { $0.status < $1.status }
        page.add("EXIT STATUS", statuses.map { (String($0.status), $0.help) })
        page.add(references: [name])
        return page.text
    }

    /// What the page of a command, or of the program, is called: the section of the manual is 1.
    public func manualPageName(of command: CommandDescription? = nil) -> String {
        (command.map { Self.pageName(name, $0) } ?? name) + ".1"
    }

    private func programPage() -> String {
        var page = ManualPage(name, version: "\(name) \(version)")
        page.add(heading: "NAME", text: "\(name) - \(summary)")
        page.add(synopsis: name, ["[OPTIONS]", "COMMAND", "[ARGUMENTS]"])
        page.add(heading: "DESCRIPTION", text: sentence(summary))
        page.add(paragraphs: discussion)
        page.add(heading: "COMMANDS", text: "Each command has a page of its own, such as \(exampleReference).")
        for section in sections {
            page.add(
                section.title,
                section.commands.filter { !$0.description.isHidden }.map {
                    ($0.description.name, $0.description.summary)
                }, isSub: true)
        }
        page.add(
            "OPTIONS", commonRows + [(versionFlag.optionDescription.label.trimmed, versionFlag.optionDescription.help)])
        page.add("ENVIRONMENT", environment.map { ($0.name, $0.help) })
        page.add("EXIT STATUS", exitStatuses.map { (String($0.status), $0.help) })
        page.add(references: commands.filter { !$0.description.isHidden }.map { Self.pageName(name, $0.description) })
        return page.text
    }

    private var commonRows: [ManualPage.Row] {
        (globalOptions + [helpFlag.optionDescription]).map { ($0.label.trimmed, $0.fullHelp) }
    }

    private var exampleReference: String {
        commands.first.map { "\(Self.pageName(name, $0.description))(1)" } ?? "\(name)(1)"
    }

    private static func pageName(_ program: String, _ command: CommandDescription) -> String {
        ([program] + command.words).joined(separator: "-")
    }
}

/// Writes a page of the manual.
private struct ManualPage {
    /// A label, and what it means.
    typealias Row = (label: String, text: String)

    /// What was written so far; every line ends with a line feed.
    private(set) var text: String

    init(_ name: String, version: String) {
        text =
            ".TH \(Self.argument(name.uppercased())) 1 \"\" \(Self.argument(version)) \(Self.argument("User Commands"))\n"
        // Words of other languages are not broken by English rules, and no right margin is filled with spaces.
        text += ".nh\n.ad l\n"
    }

    mutating func add(heading: String, text body: String) {
        text += ".SH \(Self.argument(heading))\n" + Self.line(body)
    }

    mutating func add(paragraphs: String) {
        for paragraph in HelpText.paragraphs(paragraphs) { text += ".PP\n" + Self.line(paragraph) }
    }

    mutating func add(synopsis name: String, _ words: [String]) {
        text += ".SH SYNOPSIS\n.B \(Self.argument(name))\n" + Self.line(words.joined(separator: " "))
    }

    mutating func add(_ heading: String, _ rows: [Row], isSub: Bool = false) {
        guard !rows.isEmpty else { return }
        text += "\(isSub ? ".SS" : ".SH") \(Self.argument(heading))\n"
        for row in rows {
            text += ".TP\n.B \(Self.argument(row.label))\n" + Self.line(row.text)
        }
    }

    mutating func add(examples: [Example]) {
        guard !examples.isEmpty else { return }
        text += ".SH EXAMPLES\n"
        for example in examples {
            text += ".PP\n" + Self.line(example.help) + ".PP\n.RS 4\n.nf\n" + Self.line(example.line) + ".fi\n.RE\n"
        }
    }

    mutating func add(references: [String]) {
        text += ".SH SEE ALSO\n" + Self.line(references.map { "\($0)(1)" }.joined(separator: ", "))
    }

    /// A line of text: nothing in it is taken for a request or an escape, and a hyphen is the one that is typed.
    private static func line(_ body: String) -> String {
        let words = body.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let escaped = escape(words)
        return (escaped.hasPrefix(".") || escaped.hasPrefix("'") ? #"\&"# : "") + escaped + "\n"
    }

    /// An argument of a request, in double quotes.
    private static func argument(_ body: String) -> String {
        "\"" + escape(body).replacing("\"", with: #"\(dq"#) + "\""
    }

    private static func escape(_ body: String) -> String {
        body.replacing(#"\"#, with: #"\e"#).replacing("-", with: #"\-"#).replacing("`", with: #"\(ga"#)
            .replacing("'", with: #"\(aq"#).replacing("~", with: #"\(ti"#).replacing("^", with: #"\(ha"#)
    }
}

extension String {
    /// Without the spaces in front, which are there to align options in help.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
