/// A command line that cannot be understood: what is wrong with it, and what to do next.
///
/// Programs print ``description`` to standard error and exit with 64 (`EX_USAGE`).
/// Values that are quoted in a message are cut and have no control characters; values from the environment are
/// never quoted, as they may be secret.
///
/// Source: <https://man7.org/linux/man-pages/man3/sysexits.h.3head.html>
public struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, to act on.
    public enum Code: String, Sendable, CaseIterable {
        /// An argument is not UTF-8 text.
        case notText
        /// No command was named.
        case missingCommand
        /// No command has that name.
        case unknownCommand
        /// No option has that name.
        case unknownOption
        /// An option that takes a value was the last word.
        case missingValue
        /// A flag was given a value.
        case unwantedValue
        /// A value is none of those that are allowed.
        case invalidValue
        /// An option that takes one value was given twice.
        case repeatedOption
        /// A required option was not given.
        case missingOption
        /// A required argument was not given.
        case missingArgument
        /// There are more arguments than the command takes.
        case tooManyArguments
    }

    /// What is wrong, to act on.
    public let code: Code

    /// What is wrong, in a sentence without a full stop.
    public let message: String

    /// What to do next, in a sentence.
    public let advice: String

    /// The name of the command that was called, if it is known by then.
    public let command: String?

    /// The long names of the flags that are on the command line, in spite of the error.
    let givenFlags: Set<String>

    /// The message and the advice, on lines of their own.
    public var description: String { message + "\n" + advice }

    /// Whether a flag is on the command line, in spite of the error: with `--json`, failures are JSON as well.
    public func isGiven(_ flag: Flag) -> Bool {
        givenFlags.contains(flag.optionDescription.name)
    }
}
