public import LetterModel

/// Names for files that are written from letters: what a hostile letter calls its attachment never leaves the folder.
///
/// A name has no separators, no control characters and nothing that Windows refuses, does not begin with a dot or a
/// hyphen, and is at most 200 bytes long, which leaves room for a number and an extension within the 255 of most file
/// systems.
public enum SafeFileName {
    private static let maximumBytes = 200
    private static let extensionBytes = 16

    /// A safe name like this one.
    ///
    /// - Parameter fallback: the name where nothing of it is left; must be safe itself.
    public static func make(from name: String, fallback: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            scalars.append(isRefused(scalar) ? "_" : scalar)
        }
        let trimmed = Words.strip(String(scalars), ["."])
        guard trimmed.unicodeScalars.contains(where: { $0 != "_" }) else { return fallback }
        let isOption = trimmed.utf8.first == UInt8(ascii: "-")
        let isDevice = devices.contains(Words.key(trimmed.prefix { $0 != "." }))
        return shortened((isOption || isDevice ? "_" : "") + trimmed)
    }

    /// A safe name that none of the taken ones equals, on file systems that ignore case too; it is then taken.
    public static func unique(_ name: String, taken: inout Set<ByteKey>) -> String {
        let (stem, suffix) = split(name)
        var candidate = name
        var number = 2
        while !taken.insert(ByteKey(candidate.lowercased())).inserted {
            candidate = "\(stem) (\(number))\(suffix)"
            number += 1
        }
        return candidate
    }

    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || (0x200B...0x200F).contains(scalar.value)
            || (0x2028...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            || "/\\:*?\"<>|".unicodeScalars.contains(scalar)
    }

    /// The name before its extension, and the extension with its dot; a long one is part of the name.
    private static func split(_ name: String) -> (String, String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex, name[dot...].utf8.count <= extensionBytes
        else {
            return (name, "")
        }
        return (String(name[..<dot]), String(name[dot...]))
    }

    /// Cut between characters, the extension kept.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > maximumBytes else { return name }
        let (stem, suffix) = split(name)
        var result = ""
        for scalar in stem.unicodeScalars {
            guard result.utf8.count + String(scalar).utf8.count + suffix.utf8.count <= maximumBytes else { break }
            result.unicodeScalars.append(scalar)
        }
        return Words.stripEnd(result, ["."]) + suffix
    }

    /// Windows opens a device under these names, whatever the extension.
    private static let devices = WordTable(
        "con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9")
}
