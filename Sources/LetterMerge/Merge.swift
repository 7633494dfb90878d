import LetterModel

/// The rule by which heads become one letter.
public enum Merge {
    /// The rule's number, which an archive pins.
    public static let rule = 1
}
