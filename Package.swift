// swift-tools-version: 6.2
// One package: `Sources/` holds what both ends share, `Client/` and `Server/` what only one of them needs.
// ARCHITECTURE.md says what each module is for and which way the arrows point.

import PackageDescription

/// Every Swift target is compiled with these; see CONTRIBUTING.md.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The only modules that talk to C must also name every unsafe expression.
let bindingSettings = settings + [.strictMemorySafety()]

/// A Debian library that `Scripts/setup.sh` installs; nothing but a module map and a shim.
func library(_ name: String, in folder: String, pkgConfig: String, debian package: String) -> Target {
    .systemLibrary(name: name, path: "\(folder)/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func module(_ name: String, in folder: String = "Sources", _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: settings)
}

func binding(_ name: String, in folder: String = "Sources", _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: bindingSettings)
}

func program(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "Chancery",
    products: [
        .library(name: "ArchiveClient", targets: ["ArchiveClient", "LetterModel", "LetterMerge", "CurlTransport"]),
        .executable(name: "chancery", targets: ["chancery"]),
        .executable(name: "chancery-server", targets: ["chancery-server"]),
    ],
    targets: [
        // Shared by both ends, lowest first.
        library("CCrypto", in: "Sources", pkgConfig: "libcrypto", debian: "libssl-dev"),
        library("CZstd", in: "Sources", pkgConfig: "libzstd", debian: "libzstd-dev"),
        library("CSQLite", in: "Sources", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
        library("CPopt", in: "Sources", pkgConfig: "popt", debian: "libpopt-dev"),
        binding("Hashing", ["CCrypto"]),
        binding("Compression", ["CZstd"]),
        binding("SQLiteBinding", ["CSQLite"]),
        binding("CommandOptions", ["CPopt"]),
        module("LetterModel", ["Hashing"]),
        module("LetterMerge", ["LetterModel", "Hashing"]),
        module("LetterFormats", ["LetterModel"]),
        module("ReplicaStore", ["LetterModel", "LetterMerge", "SQLiteBinding", "Hashing", "Compression"]),
        module("SyncProtocol", ["LetterModel", "ReplicaStore", "Hashing", "Compression"]),

        // The client.
        library("CCurl", in: "Client", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
        binding("CurlTransport", in: "Client", ["SyncProtocol", "CCurl"]),
        module(
            "ArchiveClient", in: "Client",
            ["SyncProtocol", "ReplicaStore", "LetterMerge", "LetterModel", "CurlTransport", "Hashing"]),
        module(
            "ChanceryCommands", in: "Client",
            ["ArchiveClient", "LetterFormats", "LetterMerge", "LetterModel", "CommandOptions", "Hashing"]),
        program("chancery", in: "Client", ["ChanceryCommands"]),

        // The server.
        library("CMicroHTTPD", in: "Server", pkgConfig: "libmicrohttpd", debian: "libmicrohttpd-dev"),
        binding("HTTPServer", in: "Server", ["CMicroHTTPD"]),
        module(
            "ArchiveServer", in: "Server",
            ["HTTPServer", "SyncProtocol", "ReplicaStore", "LetterModel", "SQLiteBinding", "Hashing"]),
        module("ServerCommands", in: "Server", ["ArchiveServer", "HTTPServer", "CommandOptions", "LetterModel"]),
        program("chancery-server", in: "Server", ["ServerCommands"]),

        // Tests, one target a module, mirroring its folders.
        tests("LetterModelTests", ["LetterModel", "Hashing"]),
        tests(
            "LetterMergeTests", ["LetterMerge", "LetterModel", "Hashing"],
            exclude: ["Vectors/make-vectors.py", "Vectors/model.jsonl"]),
    ],
    swiftLanguageModes: [.v6]
)
