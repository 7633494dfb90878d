extension CompletionWords {
    /// The script for bash.
    ///
    /// Bash splits words at `=`: `--format=text` comes as three of them. What stands before the cursor is walked once, to find the
    /// command, the option that waits for its value, and how many arguments there are.
    ///
    /// Source: <https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html>
    var bashScript: String {
        let function = "_" + program.replacing("-", with: "_")
        return """
            # Completes \(program) in bash. Made by `\(program) completions bash`.

            # What an option of a command takes: file, folder, words, text, or nothing.
            \(function)_value() {
                case "$1 $2" in
            \(bashValues)    esac
            }

            # What an argument of a command is: file, folder, words or text. The last one stands for all behind it.
            \(function)_argument() {
                case "$1 $2" in
            \(bashArguments)    esac
            }

            # The options of a command.
            \(function)_options() {
                case "$1" in
            \(bashOptions)    esac
            }

            # The words that may follow these words of a command.
            \(function)_commands() {
                case "$1" in
            \(bashCommands)    esac
            }

            # Whether this is a whole command.
            \(function)_is_command() {
                case "$1" in
                    \(commands.map { Self.quoted($0.name) }.joined(separator: "|"))) return 0 ;;
                esac
                return 1
            }

            \(function)_offer() {
                local kind=$1 current=$2 name meaning room
                local -a lines=()
                case "$kind" in
                    file)
                        compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
                    folder)
                        compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
                    named\\ *)
                        while IFS=$'\\t' read -r name meaning; do
                            name=$(printf %q "$name")
                            COMPREPLY+=("$name")
                            room=$((${COLUMNS:-80} - ${#name} - 1))
                            meaning=${meaning:+"  ($meaning)"}
                            lines+=("$name${meaning:0:room > 0 ? room : 0}")
                        done < <(\(program) "${chosen[@]}" complete -- "${kind#named }" "$current" 2>/dev/null)
                        # Where bash lists what there is (?, !, @) it inserts no more than all of it has in common.
                        if [[ ${#lines[@]} -gt 1 && ${COMP_TYPE-} == @(33|63|64) ]]; then
                            COMPREPLY=("${lines[@]}")
                        fi ;;
                    words\\ *) mapfile -t COMPREPLY < <(compgen -W "${kind#words }" -- "$current") ;;
                esac
            }

            \(function)() {
                local current=${COMP_WORDS[COMP_CWORD]} command= option= ended= help= index word
                local -a chosen=()
                local -i count=0
                COMPREPLY=()
                for ((index = 1; index < COMP_CWORD; index++)); do
                    word=${COMP_WORDS[index]}
                    if [[ -n $option ]]; then
                        [[ $word == "=" ]] && continue
            \(bashChosen)            option=
                    elif [[ -z $ended && $word == "--" ]]; then
                        ended=1
                    elif [[ -z $ended && $word == -* ]]; then
                        [[ -z $(\(function)_value "$command" "$word") ]] || option=$word
                    elif \(function)_is_command "$command"; then
                        count+=1
                    elif [[ -z $command && $word == help ]]; then
                        help=1
                    else
                        command="${command:+$command }$word"
                    fi
                done
                if [[ -n $option ]]; then
                    [[ $current == "=" ]] && current=
                    \(function)_offer "$(\(function)_value "$command" "$option")" "$current"
                elif ! \(function)_is_command "$command"; then
                    if [[ $current == -* ]]; then
                        \(function)_offer "words $(\(function)_options "")" "$current"
                    else
                        \(function)_offer "words $(\(function)_commands "$command")" "$current"
                    fi
                elif [[ -n $help ]]; then
                    :
                elif [[ -z $ended && $current == -* ]]; then
                    \(function)_offer "words $(\(function)_options "$command")" "$current"
                else
                    \(function)_offer "$(\(function)_argument "$command" "$count")" "$current"
                fi
            }

            complete -F \(function) \(program)

            """
    }

    /// The value of a common option goes with the question for names: another folder has other ones.
    private var bashChosen: String {
        common.filter { $0.value != nil }.map {
            "            [[ $option == --\($0.name) ]] && chosen+=(--\($0.name) \"${word/#\\~/$HOME}\")\n"
        }.joined()
    }

    private var bashValues: String {
        let own = commands.flatMap { command in
            command.options.compactMap { bashValue($0, of: Self.quoted(command.name)) }
        }
        return (own + common.compactMap { bashValue($0, of: "*") }).joined()
    }

    private func bashValue(_ option: OptionDescription, of command: String) -> String? {
        guard let value = option.value else { return nil }
        let patterns = Self.spellings(option).map { "\(command)' \($0)'" }.joined(separator: "|")
        return "        \(patterns)) echo \(Self.quoted(bashKind(value.kind))) ;;\n"
    }

    private var bashArguments: String {
        commands.map { command in
            command.arguments.enumerated().map { index, argument in
                let isLast = index == command.arguments.count - 1
                let place = isLast && argument.arity.maximum > 1 ? "' '*" : "' \(index)'"
                return "        \(Self.quoted(command.name))\(place)) echo \(Self.quoted(bashKind(argument.kind))) ;;\n"
            }.joined()
        }.joined()
    }

    private func bashKind(_ kind: ValueKind) -> String {
        switch kind {
        case .text, .integer: "text"
        case .choice(let words): "words " + words.joined(separator: " ")
        case .file: "file"
        case .folder: "folder"
        case .named(let sort): "named \(sort)"
        }
    }

    private var bashOptions: String {
        let always = common.map { "--\($0.name)" }
        let own = commands.map { command in
            let names = (command.options.map { "--\($0.name)" } + always).joined(separator: " ")
            return "        \(Self.quoted(command.name))) echo \(Self.quoted(names)) ;;\n"
        }
        let names = (always + leading.map { "--\($0.name)" }).joined(separator: " ")
        return own.joined() + "        *) echo \(Self.quoted(names)) ;;\n"
    }

    private var bashCommands: String {
        groups.map { group in
            let names = words(after: group).map(\.word).joined(separator: " ")
            return "        \(Self.quoted(group.joined(separator: " ")))) echo \(Self.quoted(names)) ;;\n"
        }.joined()
    }
}
