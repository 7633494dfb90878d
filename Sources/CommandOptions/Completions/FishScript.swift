extension CompletionWords {
    /// The script for fish.
    ///
    /// Source: <https://fishshell.com/docs/3.6/cmds/complete.html>
    var fishScript: String {
        let function = "__" + program.replacing("-", with: "_")
        let valued = common.filter { $0.value != nil }.flatMap(Self.spellings).joined(separator: " ")
        let names = commands.map { fishQuoted($0.name) }.joined(separator: " ")
        return """
            # Completes \(program) in fish. Made by `\(program) completions fish`.

            # The words of the command that stand before the cursor.
            function \(function)_command
                set -l words (commandline -opc)
                set -e words[1]
                set -l command
                set -l isValue
                for word in $words
                    if test -n "$isValue"
                        set isValue
                        continue
                    end
                    switch $word
                        case \(valued.isEmpty ? "--" : valued)
                            set isValue yes
                        case '-*'
                        case help
                        case '*'
                            set -a command $word
                            if contains -- "$command" \(names)
                                break
                            end
                    end
                end
                echo "$command"
            end

            # Names that only the program knows, with what they stand for.
            function \(function)_named
                set -l words (commandline -opc)
                set -l chosen
                for index in (seq (count $words))
                    switch $words[$index]
            \(fishChosen)            case '*'
                    end
                end
                \(program) $chosen complete -- $argv[1] (commandline -ct | string replace -r '^--[a-z-]+=' '') 2>/dev/null
            end

            function \(function)_is
                test (\(function)_command) = "$argv"
            end

            complete -c \(program) -f
            \(common.map { "complete -c \(program) \(fishOption($0))\n" }.joined())\
            \(leading.map { "complete -c \(program) -n '\(function)_is \"\"' \(fishOption($0))\n" }.joined())\
            \(fishGroups(function))\
            \(fishCommands(function))
            """
    }

    /// The value of a common option goes with the question for names: another folder has other ones.
    private var fishChosen: String {
        common.filter { $0.value != nil }.map { option in
            let name = "--\(option.name)"
            return """
                        case \(name)
                            set -a chosen \(name) (string replace -r '^~' "$HOME" -- $words[(math $index + 1)])
                        case '\(name)=*'
                            set -a chosen (string replace -r '=~' "=$HOME" -- $words[$index])

                """
        }.joined()
    }

    private func fishGroups(_ function: String) -> String {
        groups.map { group in
            words(after: group).map { row in
                let condition = "\(function)_is \"\(group.joined(separator: " "))\""
                return
                    "complete -c \(program) -n \(fishQuoted(condition)) -a \(row.word) -d \(fishQuoted(Self.brief(row.summary)))\n"
            }.joined()
        }.joined()
    }

    private func fishCommands(_ function: String) -> String {
        commands.map { command in
            let condition = fishQuoted("\(function)_is \"\(command.name)\"")
            var lines = command.options.map { "complete -c \(program) -n \(condition) \(fishOption($0))\n" }
            // Fish has no places of arguments: what any of them takes is offered.
            for argument in command.arguments {
                let line = "complete -c \(program) -n \(condition) \(fishValue(argument.kind))\n"
                if argument.kind != .text, !lines.contains(line) { lines.append(line) }
            }
            return lines.joined()
        }.joined()
    }

    private func fishOption(_ option: OptionDescription) -> String {
        let short = option.short.map { "-s \($0) " } ?? ""
        let value = option.value.map { " -r" + (isFile($0.kind) ? " " : " -f ") + fishValue($0.kind) } ?? ""
        let spaced = value.hasSuffix(" ") ? String(value.dropLast()) : value
        return "\(short)-l \(option.name)\(spaced) -d \(fishQuoted(Self.brief(option.help)))"
    }

    private func isFile(_ kind: ValueKind) -> Bool { kind == .file || kind == .folder }

    private func fishValue(_ kind: ValueKind) -> String {
        switch kind {
        case .text, .integer: ""
        // Without a description of its own, each word would have that of its option.
        case .choice(let words): "-a \(fishQuoted(words.map { $0 + #"\t''"# }.joined(separator: " ")))"
        case .file: "-F"
        case .folder: "-f -a '(__fish_complete_directories)'"
        case .named(let sort): "-f -a '(__\(program.replacing("-", with: "_"))_named \(sort))'"
        }
    }

    /// In single quotes fish takes a backslash before a quote and before a backslash.
    private func fishQuoted(_ text: String) -> String {
        "'" + text.replacing(#"\"#, with: #"\\"#).replacing("'", with: #"\'"#) + "'"
    }
}
