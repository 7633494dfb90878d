extension Program {
    /// Stops the program if its description contradicts itself. A test calls it for each program, because it needs the descriptions of all commands.
    package func checkNames() {
        var taken: [[String]] = [["help"]]
        for (name, command) in commands.map({ ($0.name, $0.description) }) {
            precondition(name.utf8.elementsEqual(command.name.utf8), "'\(command.name)' is known as '\(name)'")
            let words = command.words
            precondition(!words.contains(""), "a command's name is words with one space between: '\(command.name)'")
            let clash = taken.first { $0.starts(with: words) || words.starts(with: $0) }
            precondition(clash == nil, "'\(command.name)' clashes with the command '\(clash ?? [])'")
            taken.append(words)
            checkOptions(of: command)
            checkArguments(of: command)
        }
    }

    private func checkOptions(of command: CommandDescription) {
        let reserved = [helpFlag.optionDescription, versionFlag.optionDescription]
        let options = command.options + globalOptions + reserved
        let names = options.map(\.name)
        precondition(Set(names).count == names.count, "'\(command.name)' has two options of one name: \(names)")
        let shorts = options.compactMap(\.short)
        precondition(Set(shorts).count == shorts.count, "'\(command.name)' has two short options alike: \(shorts)")
    }

    private func checkArguments(of command: CommandDescription) {
        let names = command.arguments.map(\.name)
        precondition(Set(names).count == names.count, "'\(command.name)' has two arguments of one name: \(names)")
        let lists = command.arguments.filter { $0.arity.maximum > 1 }
        precondition(lists.count <= 1, "'\(command.name)' has two arguments that take several words")
    }
}
