/// What one command line gave: typed values, read with the declarations that describe them.
///
/// Every value was parsed and checked before the command runs, so reading cannot fail. Reading what the command does
/// not declare is a programmer's mistake and stops the program.
public struct Values: Sendable {
    /// Boxes by long name; every declared option is there, given or not.
    private var options: [String: any Sendable] = [:]

    /// Boxes by the argument's name; every declared argument is there, given or not.
    private var arguments: [String: any Sendable] = [:]

    /// The value of an option.
    public subscript<Value>(_ option: Option<Value>) -> Value {
        unbox(options[option.optionDescription.name], "--" + option.optionDescription.name)
    }

    /// Whether a flag was given.
    public subscript(_ flag: Flag) -> Bool {
        unbox(options[flag.optionDescription.name], "--" + flag.optionDescription.name)
    }

    /// The value of an argument.
    public subscript<Value>(_ argument: Argument<Value>) -> Value {
        unbox(arguments[argument.argumentDescription.name], argument.argumentDescription.name)
    }

    mutating func set(_ box: any Sendable, of option: OptionDescription) {
        options[option.name] = box
    }

    mutating func set(_ box: any Sendable, of argument: ArgumentDescription) {
        arguments[argument.name] = box
    }

    private func unbox<Value: Sendable>(_ stored: (any Sendable)?, _ name: String) -> Value {
        guard let box = stored as? Box<Value> else {
            preconditionFailure("\(name) is not declared by this command, or with another type")
        }
        return box.value
    }
}
