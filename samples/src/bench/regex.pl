# Real program: perl regular expressions over a text that the script makes: alternation, captures, backtracking, substitution, counting in a hash. Argument: rounds.
use strict;
use integer;
my ($x, $text) = (5, '');
my @words = qw(GET POST /index.html /img/logo.png 192.168.0.17 10.1.2.3 200 404 user=alice user=bob 2024-05-17 12:34:56 "Mozilla/5.0" -);
for (1 .. 6000) { $x = ($x * 1103515245 + 12345) & 0x7fffffff; $text .= $words[($x >> 12) % @words] . ($_ % 9 ? ' ' : "\n"); }
my ($sum, %seen) = (0);
for my $r (1 .. $ARGV[0]) {
  $seen{$1}++ while $text =~ /(?:GET|POST) (\S+)/g;
  $sum += $1 + $4 while $text =~ /\b(\d+)\.(\d+)\.(\d+)\.(\d+)\b/g;
  $sum += length $& while $text =~ /user=(?:alice|bob).*?(\d{4})-(\d\d)-(\d\d)/g;
  (my $t = $text) =~ s/(\w+)=(\w+)/$2:$1/g;
  $sum += ($t =~ tr/a-e//) + (() = $t =~ /^.*404.*$/mg);
  for my $line (split /\n/, $t) { my @f = split ' ', $line; $sum += @f; }
}
print "regex $sum ", join(',', map "$_=$seen{$_}", sort keys %seen), "\n";
