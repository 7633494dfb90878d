import Glibc
import LetterModel
import SQLiteBinding

/// The rows of an SQLite file that SQLite does not open, or cannot follow, any more: those of every page that looks like a leaf of a
/// table, whatever led to it.
///
/// Nothing that comes is to be believed: there are rows that were deleted, rows twice, and rows of torn pages. The caller keeps what it
/// can prove. A write-ahead log beside the file counts up to its last commit; a rollback journal is left alone. Nothing is written.
///
/// Source: https://www.sqlite.org/fileformat2.html
final class LooseRows {
    /// Where a row is.
    struct Place: Hashable {
        let page: Int
        let cell: Int
    }

    /// A row, if it is one.
    struct Row {
        let place: Place
        /// Its number: the value of an INTEGER PRIMARY KEY, which is null among the values.
        let number: Int
        /// Its columns as far as they can be read.
        let values: [SQLiteValue]
    }

    private let file: Int32
    private let log: Int32?
    private let pageBytes: Int
    /// Bytes of a page that hold rows.
    private let usableBytes: Int
    private let pageCount: Int
    /// No row is larger: a content, twice, or all of the file.
    private let largestRowBytes: Int
    /// Where the newest committed version of a page begins in the write-ahead log.
    private let pagesOfLog: [Int: Int]

    /// The rows of a file.
    init(path: String) throws(StoreError) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw errno == ENOENT ? .notFound(path: path) : StoreError.system("open", errno) }
        var information = stat()
        guard fstat(file, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw .notAReplica(path: path)
        }
        let head = Self.read(file, at: 0, count: 100)
        let stated = head.count == 100 ? Self.number(head, 16, bytes: 2) : 0
        pageBytes = Self.pageBytes(of: file, byteCount: Int(information.st_size), stated: stated)
        let reserved = stated == (pageBytes == 65_536 ? 1 : pageBytes) && head[20] <= 32 ? Int(head[20]) : 0
        usableBytes = pageBytes - reserved
        let log = open(path + "-wal", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        self.log = log >= 0 ? log : nil
        pagesOfLog = log >= 0 ? Self.pages(ofLog: log, pageBytes: pageBytes) : [:]
        // A log adds no more pages than it has: a number beyond that is damaged.
        let pagesOfFile = Int(information.st_size) / pageBytes
        pageCount = max(pagesOfFile, min(pagesOfLog.keys.max() ?? 0, pagesOfFile + pagesOfLog.count))
        largestRowBytes = min(2 * Limits.contentBytes, pageCount * pageBytes)
        self.file = file
    }

    deinit {
        close(file)
        if let log { close(log) }
    }

    /// Gives out every row, page by page.
    func forEach(progress: (_ done: Int, _ total: Int) -> Void, _ body: (Row) -> Void) {
        for number in 1...max(1, pageCount) {
            if number % 256 == 0 { progress(number, pageCount) }
            let page = page(number)
            for cell in 0..<cellCount(page, number) {
                if let row = row(page, Place(page: number, cell: cell)) { body(row) }
            }
        }
    }

    /// The row of a place; nil if there is none.
    func row(at place: Place) -> Row? {
        let page = page(place.page)
        return place.cell < cellCount(page, place.page) ? row(page, place) : nil
    }

    // MARK: Pages

    /// How large the pages are. The file says so in a place that may be damaged; so do its pages: rows fill a leaf from its end.
    ///
    /// - Parameter stated: What the file says; 1 stands for 65,536.
    private static func pageBytes(of file: Int32, byteCount: Int, stated: Int) -> Int {
        let isSize = stated == 1 || (stated >= 512 && stated & (stated - 1) == 0)
        let candidates = (isSize ? [stated == 1 ? 65_536 : stated] : []) + PageSize.all.filter { $0 != stated }
        let leaves = candidates.map { leafCount(of: file, byteCount: byteCount, pageBytes: $0) }
        // The first of those that most leaves speak for.
        return candidates[leaves.firstIndex(of: leaves.max() ?? 0) ?? 0]
    }

    /// How many of some thousand pages, spread over the file, are leaves of a table if pages have this size.
    private static func leafCount(of file: Int32, byteCount: Int, pageBytes: Int) -> Int {
        let pageCount = byteCount / pageBytes
        return stride(from: 1, to: pageCount, by: 1 + pageCount / 1_000).count {
            isLeaf(read(file, at: $0 * pageBytes, count: pageBytes), pageBytes: pageBytes)
        }
    }

    /// Whether a page, not the first one, is a leaf of a table with rows up to its end.
    private static func isLeaf(_ page: [UInt8], pageBytes: Int) -> Bool {
        guard page.count == pageBytes, page[0] == 0x0D else { return false }
        let (count, first) = (number(page, 3, bytes: 2), number(page, 5, bytes: 2))
        guard count > 0, 8 + 2 * count <= first, first < pageBytes else { return false }
        let rows = (0..<count).map { number(page, 8 + 2 * $0, bytes: 2) }
        return rows.allSatisfy { (first..<pageBytes).contains($0) } && rows.contains { $0 >= pageBytes / 2 }
    }

    private func page(_ number: Int) -> [UInt8] {
        if let log, let offset = pagesOfLog[number] { return Self.read(log, at: offset, count: pageBytes) }
        return Self.read(file, at: (number - 1) * pageBytes, count: pageBytes)
    }

    /// Where the page's own header begins: the first page begins with that of the file.
    private func start(_ number: Int) -> Int { number == 1 ? 100 : 0 }

    private func cellCount(_ page: [UInt8], _ number: Int) -> Int {
        let start = start(number)
        guard page.count == pageBytes, page[start] == 0x0D else { return 0 }
        return min(Self.number(page, start + 3, bytes: 2), (pageBytes - start - 8) / 2)
    }

    /// The pages that commits in a write-ahead log have changed, by the place of their newest version. Checksums are not looked at.
    private static func pages(ofLog log: Int32, pageBytes: Int) -> [Int: Int] {
        let head = read(log, at: 0, count: 32)
        guard head.count == 32, number(head, 0, bytes: 4) & ~1 == 0x377F_0682 else { return [:] }
        var (committed, open): ([Int: Int], [Int: Int]) = ([:], [:])
        var offset = 32
        while true {
            let frame = read(log, at: offset, count: 24)
            // Frames of an earlier round have other salts.
            guard frame.count == 24, frame[8..<16] == head[16..<24] else { return committed }
            open[number(frame, 0, bytes: 4)] = offset + 24
            if number(frame, 4, bytes: 4) > 0 {
                committed.merge(open) { $1 }
                open = [:]
            }
            offset += 24 + pageBytes
        }
    }

    // MARK: Rows

    private func row(_ page: [UInt8], _ place: Place) -> Row? {
        var position = Self.number(page, start(place.page) + 8 + 2 * place.cell, bytes: 2)
        guard let count = Self.varint(page, &position), count > 0, count <= largestRowBytes,
            let number = Self.varint(page, &position), let record = payload(page, position, count: count)
        else { return nil }
        guard let values = Self.values(record) else { return nil }
        return Row(place: place, number: number, values: values)
    }

    /// The bytes of a row, with those that went on to other pages.
    private func payload(_ page: [UInt8], _ position: Int, count: Int) -> [UInt8]? {
        let most = usableBytes - 35
        var here = count
        if count > most {
            let least = (usableBytes - 12) * 32 / 255 - 23
            let wanted = least + (count - least) % (usableBytes - 4)
            here = wanted <= most ? wanted : least
        }
        guard position + here + (count > most ? 4 : 0) <= usableBytes else { return nil }
        var bytes = Array(page[position..<position + here])
        guard count > most else { return bytes }
        bytes.reserveCapacity(min(count, 1 << 20))
        var next = Self.number(page, position + here, bytes: 4)
        // Each page gives bytes, so that a circle of pages ends too.
        while bytes.count < count {
            guard (1...pageCount).contains(next) else { return nil }
            let further = self.page(next)
            guard further.count == pageBytes else { return nil }
            bytes.append(contentsOf: further[4..<4 + min(usableBytes - 4, count - bytes.count)])
            next = Self.number(further, 0, bytes: 4)
        }
        return bytes
    }

    private static func values(_ record: [UInt8]) -> [SQLiteValue]? {
        var position = 0
        guard let headerBytes = varint(record, &position), headerBytes <= record.count else { return nil }
        var types: [Int] = []
        while position < headerBytes {
            guard let type = varint(record, &position), type >= 0 else { return nil }
            types.append(type)
        }
        var values: [SQLiteValue] = []
        position = headerBytes
        for type in types {
            guard let (value, count) = value(type, record, position) else { return nil }
            values.append(value)
            position += count
        }
        return values
    }

    private static func value(_ type: Int, _ record: [UInt8], _ position: Int) -> (SQLiteValue, Int)? {
        let count =
            switch type {
            case 0, 8, 9: 0
            case 1...4: type
            case 5: 6
            case 6, 7: 8
            case 12...: (type - 12) / 2
            default: -1
            }
        guard count >= 0, position + count <= record.count else { return nil }
        let bytes = record[position..<position + count]
        switch type {
        case 8, 9: return (.integer(type - 8), count)
        case 1...6:
            let first = Int(Int8(bitPattern: bytes.first ?? 0))
            return (.integer(bytes.dropFirst().reduce(first) { $0 << 8 | Int($1) }), count)
        // Chancery stores no floating-point numbers.
        case 0, 7: return (.null, count)
        case _ where type % 2 == 0: return (.bytes(Array(bytes)), count)
        default: return (String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .null, count)
        }
    }

    // MARK: Numbers

    private static func number(_ bytes: [UInt8], _ position: Int, bytes count: Int) -> Int {
        bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number of one to nine bytes; nil where the bytes end inside it.
    private static func varint(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            if index == 8 { return Int(bitPattern: UInt(value << 8 | UInt64(byte))) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { break }
        }
        return Int(bitPattern: UInt(value))
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
        var done = 0
        var bytes = [UInt8](repeating: 0, count: count)
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { pread(descriptor, $0 + done, count - done, off_t(offset + done)) } ?? 0
            }
            if got < 0, errno == EINTR { continue }
            // What the disk cannot read is left out, as what is damaged is.
            guard got > 0 else { return Array(bytes.prefix(done)) }
            done += got
        }
        return bytes
    }
}
