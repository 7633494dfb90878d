public import Compression

/// Dictionaries of a few words, which letters of `RevisionMaker` have in common.
public enum WordDictionary {
    /// One of them; each number is another one.
    public static func make(_ number: Int = 0) throws -> CompressionDictionary {
        let words = "{\"body\":\"letter other left right\",\"title\":\"Another title\",\"v\":1} number \(number)"
        guard let dictionary = CompressionDictionary(bytes: Array(words.utf8)) else {
            throw ConformanceFailure(description: "words are no dictionary")
        }
        return dictionary
    }
}
