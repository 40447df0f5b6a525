#!/usr/bin/env bash
# badinput.sh -- input that no session file can hold: deep, long, torn, not text; outputs that
# are gone; terminals and locales that are not there; every limit just below and just above.
# Whatever comes in, the program answers in words and in time, with status 0 or 1.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
cd "$work" || exit 99

# Sanitizers are slower, and reserve more address space than a limit allows.
if grep -q __asan_init "$gradus"; then seconds=60 room=unlimited
else seconds=5 room=$((1 << 20))
fi

# tally ok | tally no NAME WHY: kept in a file, since many cases run at the end of a pipe.
tally() {
    echo "$1" >> "$work/tally"
    if [ "$1" = ok ]; then return; fi
    echo "badinput: $2: $3"
    head -c 600 "$work/said"
    echo
}

# answers NAME STATUS WORDS COMMAND...: the command ends in time with that status, and what it
# says holds the words (an extended regular expression; empty: anything).
answers() {
    local name=$1 status=$2 words=$3 got=0
    shift 3
    (ulimit -v $room; exec timeout "$seconds" "$@") > said 2>&1 || got=$?
    if [ $got -ne "$status" ]; then tally no "$name" "status $got, not $status"
    elif [ -n "$words" ] && ! grep -aqE -- "$words" said; then tally no "$name" "nothing about: $words"
    else tally ok
    fi
}

# script NAME STATUS WORDS: the program runs standard input as a file.
script() {
    cat > "$1.gr"
    answers "$1" "$2" "$3" "$gradus" "$1.gr" < /dev/null
    rm -f "$1.gr"
}

# piped NAME STATUS WORDS: the program reads a script from its standard input.
piped() { answers "$1 (pipe)" "$2" "$3" "$gradus"; }

# many N TEXT: the text N times, without newlines.
many() { yes "$2" 2> /dev/null | head -n "$1" | tr -d '\n'; }
blanks() { head -c "$1" /dev/zero | tr '\0' ' '; }

# ---- deep ----

deep='nested deeper than 200'
for n in 201 100000; do
    (printf 'x = '; many $n '('; printf 1; many $n ')'; echo) | script "brackets-$n" 1 "$deep"
    (printf 'x = '; many $n '['; printf 1; many $n ']'; echo) | script "lists-$n" 1 "$deep"
    (printf 'x = '; many $n '-'; echo 1) | script "minus-$n" 1 "$deep"
    (printf 'x = '; many $n 'not '; echo 1) | script "not-$n" 1 "$deep"
    (printf 'x = '; many $n '2^'; echo 1) | script "powers-$n" 1 "$deep"
    (printf 'x = '; many $n 'sin('; printf 1; many $n ')'; echo) | script "calls-$n" 1 "$deep"
    (many $n 'if 1 {'; printf 1; many $n '}'; echo) | script "blocks-$n" 1 "$deep"
    (printf 'x = 1'; many $n ' -> sin'; echo) | script "arrows-$n" 1 "$deep"
    (echo 'f(x) = x'; printf f; many $n "'"; echo '(1)') | script "primes-$n" 1 "$deep"
    (echo 'a = [1]'; printf a; many $n '[0]'; echo) | script "indexes-$n" 1 "$deep"
    (printf 'x = a'; many $n '.b'; echo) | script "fields-$n" 1 "$deep"
done
(printf 'if 0 { 1 }'; many 60000 ' else if 0 { 1 }'; echo) | script else-if 1 "$deep"
(printf 'x = '; many 100000 '(') | script open-brackets 1 "$deep"
(many 100000 '{') | script open-blocks 1 'expected an expression'
yes '(' 2> /dev/null | head -n 100000 | piped open-lines 1 "$deep"
(printf 'x = '; many 200 '('; printf 7; many 200 ')'; printf '\nx\n') | script brackets-200 0 '^7$'
(printf 'x = '; many 200 '-'; printf '7\nx\n') | script minus-200 0 '^7$'
(many 200 'if 1 {'; printf 7; many 200 '}'; echo) | script blocks-200 0 '^7$'
(echo 'f0(x) = x'; for ((i = 1; i < 1000; i++)); do echo "f$i(x) = f$((i - 1))(x)"; done
 echo 'f999(1)') | script definitions 1 "$deep"
printf 'f(x) = f(x) + 1\nf(1)\n' | script endless 1 "$deep"
# What only is long is no reason to refuse.
(printf 'x = 0'; many 100000 '+1'; printf '\nx\n') | script sums 0 '^100000$'
(printf 'param w = 1\nx = 0'; many 50000 '+w'; printf '\ngrad(x, w)\n') | script terms 0 '^50000$'
(for ((i = 1; i <= 5000; i++)); do echo "x$i = $i"; done; echo x5000) |
    script many-names 0 '^5000$'
(printf 'x0 = 1\n'; for ((i = 1; i <= 5000; i++)); do echo "x$i = x$((i - 1)) + 1"; done
 echo x5000) | script chain-of-names 0 '^5001$'
(printf 'x = ['; many 300000 '1,'; printf '1]\nsize(x)\n') | script long-list 0 '^300001$'
(printf 'x = 1'; many 500000 ';'; printf '\nx\n') | script semicolons 0 '^1$'

# ---- limits, at and above ----

line=$((1 << 20))
(printf 'x = 1 +'; blanks $((line - 8)); printf '1\nx\n') | script line-at 0 '^2$'
(printf 'x = 1 +'; blanks $((line - 7)); printf '1\nx\n') | script line-above 1 'longer than 1048576 bytes'
(printf 'x = 1 +'; blanks $((line - 8)); printf '1\nx\n') | piped line-at 0 '^2$'
(printf 'x = 1 +'; blanks $((line - 7)); printf '1\nx\n') | piped line-above 1 'more than 1048576 bytes'
(many 255 a; printf ' = 7\n'; many 255 a; echo) | script name-at 0 '^7$'
(many 256 a; printf ' = 7\n') | script name-above 1 'a name of 256 bytes; at most 255'
(printf 'if 1 {'; many 99999 '1;'; printf '7}\n') | script block-at 0 '^7$'
(printf 'if 1 {'; many 100000 '1;'; printf '7}\n') | script block-above 1 'more than 100000 statements'
(printf 'f(a'; for ((i = 1; i < 64; i++)); do printf ', a%d=7' $i; done; printf ') = a63\nf(1)\n') |
    script arguments-at 0 '^7$'
(printf 'f(a'; for ((i = 1; i < 65; i++)); do printf ', a%d=7' $i; done; printf ') = a63\nf(1)\n') |
    script arguments-above 1 'more than 64 arguments'
printf 'f(x) = { i = 0; while i < x { i <- i + 1 }; i }\nf(100000)\n' | script turns-at 0 '^100000$'
printf 'f(x) = { i = 0; while i < x { i <- i + 1 }; i }\nf(100001)\n' |
    script turns-above 1 'more than 100000 turns'
printf 'f(x) = { i = 0; for k in range(100001) { i <- i + 1 }; i }\nf(1)\n' |
    script for-above 1 'more than 100000 turns'
printf 'f(x) = { i = 0; repeat 100001 { i <- i + 1 }; i }\nf(1)\n' |
    script repeat-above 1 'more than 100000 turns'
echo 'zeros(1, 1, 1, 1, 1, 1, 1, 1).shape' | script rank-at 0 '^\[1, 1, 1, 1, 1, 1, 1, 1\]$'
echo 'zeros(1, 1, 1, 1, 1, 1, 1, 1, 1)' | script rank-above 1 '9 axes are more than the limit of 8'
echo 'x = [[[[[[[[[1]]]]]]]]]' | script rank-above-list 1 '9 axes are more than the limit of 8'
printf 'set memory=16\nzeros(2147483647)\n' | script dim-at 1 'larger than the memory budget'
echo 'zeros(2147483648)' | script dim-above 1 'more than the limit of 2147483647'
echo 'zeros(2147483647, 2147483647, 2147483647)' | script dim-product 1 'memory budget'
(for ((i = 1; i < 65536; i++)); do printf 'c%d,' $i; done; echo y; many 65535 '1,'; echo 1) > wide.csv
echo 'csv("wide.csv").x.shape' | script columns-at 0 '^\[1, 65535\]$'
(for ((i = 1; i < 65537; i++)); do printf 'c%d,' $i; done; echo y; many 65536 '1,'; echo 1) > wide.csv
echo 'csv("wide.csv").x.shape' | script columns-above 1 'more than 65536 columns'
(printf 'a,b\n1,'; many 65536 c; echo) > cell.csv
echo 'csv("cell.csv").x.shape' | script cell-at 0 '^\[1, 1\]$'
(printf 'a,b\n1,'; many 65537 c; echo) > cell.csv
echo 'csv("cell.csv").x.shape' | script cell-above 1 'a cell of 65537 bytes; the limit is 65536'
blanks $(((4 << 20) + 1)) > long.md
answers lesson-above 1 'larger than 4 MiB' "$gradus" --test-lessons long.md

# ---- memory ----

printf 'set memory=16\nzeros(3000, 3000)\n' | script memory-zeros 1 'larger than the memory budget \(16 MiB\)'
printf 'set memory=16\nx = ones(1000, 1000)\ny = x + 1\nsum(x @ y)\n' |
    script memory-work 1 'no memory left .*budget 16 MiB'
printf 'set memory=15\n' | script memory-low 1 'from 16 to'
printf '# gradus\nset memory=16\nx = 3\nx = zeros(3000, 3000)\nx\n' > after.gr
answers memory-after 1 '^3$' "$gradus" --keep-going after.gr

# ---- torn, long, not text ----

(head -c 100000000 /dev/zero | tr '\0' 1) | script line-100MB 1 'longer than 1048576 bytes'
(head -c 100000000 /dev/zero | tr '\0' 1) | piped line-100MB 1 'more than 1048576 bytes'
head -c 100000000 /dev/zero | piped nul-100MB 1 'more than 1048576 bytes'
(printf 'x = '; yes '1 +' 2> /dev/null | head -n 500000) | piped sum-over-lines 1 'longer than 1048576 bytes'
printf 'x = 1\xff\n' | script utf8-byte 1 ':1:6: invalid UTF-8: byte 0xff'
printf 'x = 1\n\xc3\x28 = 2\n' | script utf8-short 1 ':2:1: invalid UTF-8: byte 0xc3'
printf 'x\xed\xa0\x80 = 1\n' | script utf8-surrogate 1 'invalid UTF-8'
printf 'x\xc0\x80 = 1\n' | script utf8-overlong 1 'invalid UTF-8'
printf 'x\xf4\x90\x80\x80 = 1\n' | script utf8-beyond 1 'invalid UTF-8'
printf 'x = 1 # \xff\nx\n' | script utf8-comment 0 '^1$'
printf 'x\xe2\x80\x8b = 1\n' | script invisible 1 'invisible character, U\+200B'
printf 'x = 1\n\0y = 2\n' | script nul 1 ':2:1: an invisible character, U\+0000'
printf 'x = 1\n\0y = 2\n' | piped nul 1 'invisible character'
printf 'print "a\0b"\n' | script nul-in-text 1 'control character'
printf 'print "\033[2J"\n' | script escape-in-text 1 'control character in a text: byte 0x1b'
printf '\xef\xbb\xbfx = 7\nx\n' | script bom 0 '^7$'
printf '\xef\xbb\xbfx = 7\nx\n' | piped bom 0 '^7$'
printf 'x = 7\r\nif x {\r\n  x\r\n}\r\n' | script crlf 0 '^7$'
printf 'x = 7\r\nif x {\r\n  x\r\n}\r\n' | piped crlf 0 '^7$'
printf 'x = 7\nx' | script no-last-newline 0 '^7$'
printf 'x = 7\nx' | piped no-last-newline 0 '^7$'
printf '\xff\xfex\0 \0=\0 \0001\0\n\0' | script utf16 1 'invalid UTF-8'
printf '' | script empty 0 ''
printf '' | piped empty 0 ''
head -c 200000 "$gradus" | script program 1 'program.gr:1:'
head -c 200000 "$gradus" | piped program 1 'stdin:'
# Nothing from outside reaches the terminal as an escape.
printf 'x\033]0;title\007 = 1\n' | script escape 1 'U\+001B'
if grep -aq $'\033' said; then tally no escape 'an escape was passed on'; else tally ok; fi

# Words at random: never a fault of our own.
soup() {
    awk -v seed="$1" 'BEGIN { srand(seed)
        n = split("x y f(x) = <- ( ) [ ] { } , ; + - * / ^ @ -> 1 0 2.5 inf nan [1,2] [[1,2],[3,4]] " \
            "sin exp sum max grad param if else repeat while for in layer optimizer state dense(2) " \
            "sigmoid relu input(2) zeros(2) : . \047 0:1 == < and or not \"t\" print names undo redo " \
            "x=1 y=x*2 update forget range(3) net none break # ... param~w=2 w E=(w-x)^2 grad(E,w) " \
            "update~E,~optimizer=sgd() f(x)=x^2 f\047(3) w~<-~1", word, " ")
        for (i = 0; i < 4000; i++) {
            line = ""
            for (k = int(rand()*8) + 1; k > 0; k--) line = line " " word[int(rand()*n) + 1]
            gsub(/~/, " ", line); gsub(/repeat|while/, "if", line)
            print line
        } }'
}
for seed in 1 2 3 4 5; do
    soup $seed > soup.gr
    answers "words at random, seed $seed" 1 'soup.gr:' "$gradus" --keep-going soup.gr < /dev/null
    soup $seed | answers "words at random, seed $seed (pipe)" 1 'stdin:' "$gradus" --keep-going
done

# ---- files that cannot be read ----

mkdir folder
mkfifo fifo
truncate -s 3G huge.csv
answers missing 1 'cannot read nowhere.gr: No such file' "$gradus" nowhere.gr
answers folder 1 'not a regular file' "$gradus" folder
answers fifo 1 'not a regular file' "$gradus" fifo
answers device 1 'not a regular file' "$gradus" /dev/zero
answers huge 1 'huge.csv is larger than 1024 MiB' "$gradus" huge.csv
answers huge-run 1 'larger than 64 MiB' "$gradus" -e 'run "huge.csv"'
answers huge-csv 1 'NUL byte' "$gradus" -e 'csv("huge.csv")'
answers fifo-csv 1 'only regular files' "$gradus" -e 'csv("fifo")'
rm huge.csv
answers option 2 'gradus --help' "$gradus" --nonsense
answers option-argument 2 'gradus --help' "$gradus" -e

# ---- outputs that are gone, and no terminal ----

counting='repeat 100000 { print 7 }'
# gone NAME STATUS REDIRECTED COMMAND: run by the shell, with that status.
gone() { answers "$1" "$2" "$3" bash -c "$4" "$gradus" "$counting"; }
gone pipe-closed 0 '^7$' '"$0" -e "$1" | head -n 1'
if [ "$(wc -l < said)" -eq 1 ]; then tally ok; else tally no pipe-closed 'said more than one line'; fi
gone pipe-closed-status 0 '^1$' '"$0" -e "$1" | true; echo ${PIPESTATUS[0]}'
gone disk-full 1 'cannot write: No space' '"$0" -e "$1" > /dev/full'
gone stdout-closed 0 '' '"$0" -e "print 7" >&-'
gone stdin-closed 0 '^7$' '"$0" -e "print 7" <&-'
gone stdin-closed-prompt 0 '' '"$0" <&-'
gone stderr-closed 1 '' '"$0" -e "nothing" 2>&-'
gone all-closed 0 '' '"$0" -e "print 7" <&- >&- 2>&-'
gone no-terminal 0 '^7$' 'echo "print 7" | setsid "$0"'
gone no-environment 0 '^7$' 'env -i "$0" -e "print 7"'
gone term-unset 0 '^7$' 'env -u TERM "$0" -e "print 7"'
for term in '' dumb nonsense xterm-256color "$(many 5000 x)"; do
    TERM=$term gone "TERM=${term:0:20}" 0 '^7$' '"$0" -e "print 7"'
done
LINES=-1 COLUMNS=99999999999 gone sizes 0 '^7$' '"$0" -e "print 7"'
HOME=/nonexistent XDG_STATE_HOME=relative XDG_CONFIG_HOME= gone homeless 0 '^7$' '"$0" -e "print 7"'
gone interrupted 124 'stopped' 'timeout -s INT 1 "$0" -e "while 1 { x = 1 }"'

# ---- a locale with commas ----

if localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" > /dev/null 2>&1; then
    export LOCPATH=$work
    gone comma-locale 0 '^\[0.5, 2.5\]$' 'env LC_ALL=de_DE.UTF-8 "$0" -e "[1/2, 5/2]"'
    gone comma-digits 0 '^0.33333333333333331$' 'env LC_ALL=de_DE.UTF-8 "$0" -e "digits 17
print 1/3"'
    printf 'a,b\n1.5,2.25\n' > point.csv
    gone comma-csv 0 '^\[\[1.5\]\]$' 'env LC_ALL=de_DE.UTF-8 "$0" -e "csv(\"point.csv\").x"'
    gone comma-error 1 'not 1.5' 'env LC_ALL=de_DE.UTF-8 "$0" -e "zeros(1.5)"'
    unset LOCPATH
fi
gone no-locale 0 '^0.5$' 'env LC_ALL=xx_YY "$0" -e "print 1/2"'

# ---- status ----

printf 'nothing\nprint 7\n' > two.gr
answers first-error-ends 1 'unknown name nothing' "$gradus" two.gr
if grep -q '^7$' said; then tally no first-error-ends 'went on'; else tally ok; fi
answers keep-going 1 '^7$' "$gradus" --keep-going two.gr
answers second-file 1 'unknown name nothing' "$gradus" two.gr two.gr
answers keep-going-pipe 1 '^7$' "$gradus" --keep-going < two.gr
answers code 1 'unknown name nothing' "$gradus" -e nothing -e 'print 7'
printf 'x = 1\nquit\nnothing\n' | script quit 0 ''

report badinput "$(grep -c ok tally)" "$(grep -c no tally)"
