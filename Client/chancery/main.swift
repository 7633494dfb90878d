// One call into a library: what the program does is in ChanceryCommands.
import ChanceryCommands
import CommandOptions
import Glibc

exit(
    await ChanceryProgram.run(
        unsafe argumentBytes(count: CommandLine.argc, values: CommandLine.unsafeArgv),
        environment: environmentVariables()))
