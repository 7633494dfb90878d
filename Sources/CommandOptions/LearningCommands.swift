/// What `completions` and `manual` are in every program that has them.
public enum LearningCommands {
    /// The shell that completions are for.
    public static let shell = Argument("SHELL", .choice(of: Shell.self), help: "Which shell.")

    /// The command that a page of the manual is about.
    public static let command = Argument(
        any: "COMMAND", .text, help: "The page of this command; without it, the page of the program.")

    /// Where all pages go.
    public static let output = Option(
        "output", .folder,
        help: "Write all pages into this folder, which is made if it is not there: `man1` of a MANPATH.")

    /// `completions`, of the program of this name.
    public static func completions(of program: String) -> CommandDescription {
        CommandDescription(
            "completions", summary: "print a script that completes command lines in your shell",
            discussion: """
                Bash: `source <(\(program) completions bash)` in ~/.bashrc, or the script as \
                ~/.local/share/bash-completion/completions/\(program).

                Zsh: `source <(\(program) completions zsh)` in ~/.zshrc behind compinit, or the script as _\(program) in a folder of $fpath.

                Fish: `\(program) completions fish > ~/.config/fish/completions/\(program).fish`.
                """,
            arguments: [shell])
    }

    /// `manual`, with examples of the program's own.
    public static func manual(examples: [Example]) -> CommandDescription {
        CommandDescription(
            "manual", summary: "print a page of the manual, or write all of them into a folder",
            discussion: "The pages say what --help says, for `man`.", arguments: [command], options: [output],
            examples: examples)
    }
}

extension Program {
    /// The command of this name; nil if there is none, or help leaves it out.
    public func command(named name: String) -> CommandDescription? {
        commands.map(\.description).first { !$0.isHidden && $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// The page of one command; or that of the program, and those of all commands.
    public func manualPages(of command: CommandDescription? = nil) -> [(name: String, text: String)] {
        let described = command.map { [$0] } ?? [nil] + commands.map(\.description).filter { !$0.isHidden }
        return described.map { (manualPageName(of: $0), manualPage(of: $0)) }
    }
}
