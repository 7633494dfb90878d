public import LetterModel

/// JSON Lines out: one letter a line, in canonical JSON, each line with its newline.
public enum JSONLinesWriter {
    /// `{"id":…,"letter":{…}}`; without an id, it is a new letter where it is imported.
    public static func line(id: LetterID?, letter: Letter) -> [UInt8] {
        var object: JSONObject = ["letter": letter.json]
        object["id"] = id.map { .string($0.text) }
        return line(object)
    }

    /// `{"deleted":true,"id":…}`
    public static func line(deleted id: LetterID) -> [UInt8] {
        line(["deleted": true, "id": .string(id.text)])
    }

    private static func line(_ object: JSONObject) -> [UInt8] {
        var bytes: [UInt8] = []
        object.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
