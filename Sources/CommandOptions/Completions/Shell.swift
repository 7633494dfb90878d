/// A shell that completions can be made for.
public enum Shell: String, CaseIterable, Sendable {
    /// GNU Bash, from 4.4 on; it needs no package of completions.
    case bash
    /// The Z shell.
    case zsh
    /// The friendly interactive shell.
    case fish
}

extension Program {
    /// A script that completes command lines of this program: commands, options, words of a choice, files and folders.
    ///
    /// It is made from the descriptions that help is made from. It runs no command of the program but, for what only the program knows
    /// (``ValueKind/named(_:)``), `complete SORT BEGINNING`, which prints a line for each name: the name, and behind a tabulator what it stands for.
    public func completions(for shell: Shell) -> String {
        let words = CompletionWords(
            program: name, common: globalOptions + [helpFlag.optionDescription],
            leading: [versionFlag.optionDescription], commands: commands.map(\.description).filter { !$0.isHidden })
        return switch shell {
        case .bash: words.bashScript
        case .zsh: words.zshScript
        case .fish: words.fishScript
        }
    }
}

/// What can be completed: the part of a program that does not depend on its payload.
struct CompletionWords {
    let program: String
    /// The options that every command takes.
    let common: [OptionDescription]
    /// The options that stand before any command, besides the common ones.
    let leading: [OptionDescription]
    let commands: [CommandDescription]

    /// The words that may follow some words of a command, with what they do; for a group, its commands' names.
    func words(after path: [String]) -> [(word: String, summary: String)] {
        var found: [(word: String, summary: String)] = []
        for command in commands {
            guard command.words.starts(with: path), command.words.count > path.count else { continue }
            let word = command.words[path.count]
            if command.words.count == path.count + 1 {
                found.append((word, command.summary))
            } else if let index = found.firstIndex(where: { $0.word == word }) {
                found[index].summary += ", " + command.words[(path.count + 1)...].joined(separator: " ")
            } else {
                found.append((word, command.words[(path.count + 1)...].joined(separator: " ")))
            }
        }
        if path.isEmpty { found.append(("help", "show what a command does and takes")) }
        return found
    }

    /// The beginnings that more than one command may share, the empty one first.
    var groups: [[String]] {
        var groups: [[String]] = [[]]
        for command in commands {
            for count in 1..<max(1, command.words.count) {
                let group = Array(command.words.prefix(count))
                if !groups.contains(group) { groups.append(group) }
            }
        }
        return groups
    }

    /// The spellings of an option: `-n` and `--limit`.
    static func spellings(_ option: OptionDescription) -> [String] {
        (option.short.map { ["-\($0)"] } ?? []) + ["--\(option.name)"]
    }

    /// A text in single quotes, for any of the three shells: a quote in it ends the text, stands alone, and begins it again.
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: #"'\''"#) + "'"
    }

    /// The first sentence of a help text, which is all that fits beside a completion.
    static func brief(_ help: String) -> String {
        let end = help.firstRange(of: ". ") ?? help.firstRange(of: "; ")
        let sentence = end.map { help[..<$0.lowerBound] } ?? help[...]
        return sentence.hasSuffix(".") ? String(sentence.dropLast()) : String(sentence)
    }
}
