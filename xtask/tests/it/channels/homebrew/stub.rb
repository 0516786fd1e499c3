# A stand-in for Homebrew's loader: it defines what our formulae and casks may call, and nothing else, evaluates a file
# for each system and processor, and prints what came of it as JSON.
#
#   ruby stub.rb read FILE
#   ruby stub.rb install FILE UNPACKED PREFIX   installs as on Linux with x86_64, and runs the test

require "fileutils"
require "json"

Here = Struct.new(:os, :arch)

module Recorder
  def facts
    @facts ||= {}
  end

  def here
    $here
  end

  def note(name, *values)
    value = values.length == 1 ? values[0] : values
    raise "`#{name}` is said twice" if facts.key?(name) && !%i[depends_on binary].include?(name)

    facts[name] = %i[depends_on binary].include?(name) ? facts.fetch(name, []) + [value] : value
  end

  %w[desc homepage url sha256 license conflicts_with version depends_on].each do |word|
    define_method(word) do |*values, **keys|
      return facts[word.to_sym] || detected if word == "version" && values.empty?

      note(word.to_sym, *values, *(keys.empty? ? [] : [keys]))
    end
  end

  def detected
    facts[:url].to_s[%r{\Ahttps://github\.com/.+/releases/download/v?(\d+(?:\.\d+)+)/}, 1]
  end

  { on_macos: [:os, :macos], on_linux: [:os, :linux], on_arm: [:arch, :arm], on_intel: [:arch, :intel] }
    .each do |word, (part, value)|
      define_method(word) { |&block| instance_eval(&block) if here[part] == value }
    end

  def livecheck(&block)
    note(:livecheck, Livecheck.new.tap { |it| it.instance_eval(&block) }.facts)
  end
end

class Livecheck
  def facts
    @facts ||= {}
  end

  def url(value)
    facts[:url] = value
  end

  def strategy(value)
    facts[:strategy] = value
  end
end

# A path in the prefix.
class Place
  attr_reader :path

  def initialize(path)
    @path = path
  end

  def /(other)
    Place.new("#{@path}/#{other}")
  end

  def to_s
    @path
  end

  def install(*items)
    items.flat_map { |it| it.is_a?(Hash) ? it.to_a : [[it, File.basename(it)]] }.each do |from, to|
      $installed << [from, "#{@path}/#{to}"]
      next unless $real

      raise "there is no `#{from}`" unless File.exist?(from)

      FileUtils.mkdir_p(@path)
      FileUtils.cp(from, "#{@path}/#{to}")
    end
  end
end

class Service
  attr_reader :facts

  def initialize
    @facts = {}
  end

  %w[keep_alive log_path error_log_path run].each do |word|
    define_method(word) { |value| @facts[word] = [value].flatten.map(&:to_s) }
  end

  def opt_bin
    Place.new("opt_bin")
  end

  def var
    Place.new("var")
  end
end

class Formula
  extend Recorder

  class << self
    attr_reader :service_block, :test_block

    def inherited(other)
      super
      $found = other
    end

    def service(&block)
      @service_block = block
    end

    def test(&block)
      @test_block = block
    end

    def deny_network_access!
      note(:deny_network_access!, true)
    end
  end

  { bin: "bin", man1: "share/man/man1", bash_completion: "etc/bash_completion.d", prefix: "",
    fish_completion: "share/fish/vendor_completions.d", zsh_completion: "share/zsh/site-functions" }
    .each do |word, path|
      define_method(word) { Place.new("#{$prefix}/#{path}") }
    end

  def version
    self.class.version
  end

  def std_cargo_args(path: ".")
    ["--locked", "--path=#{path}"]
  end

  def std_cargo_fetch_args
    ["--locked"]
  end

  def system(*words)
    $commands << words.map(&:to_s)
  end

  def generate_completions_from_executable(*words)
    $commands << ["completions", *words.map(&:to_s)]
  end

  def shell_output(command)
    $commands << [command]
    return "demo #{version}" unless $real

    text = IO.popen(command, &:read)
    raise "`#{command}` failed" unless $?.success?

    text
  end

  def assert_match(expected, text)
    raise "`#{text}` does not hold `#{expected}`" unless text.include?(expected)

    $commands << ["matched", expected]
  end
end

class Cask
  include Recorder

  def arch(arm:, intel:)
    @arch = here.arch == :arm ? arm : intel
  end

  alias read_arch arch
  def arch(**keys)
    keys.empty? ? @arch : read_arch(**keys)
  end

  def sha256(value = nil, arm: nil, intel: nil)
    note(:sha256, value || (here.arch == :arm ? arm : intel))
  end

  %w[binary manpage bash_completion fish_completion zsh_completion name caveats
     generate_completions_from_executable].each do |word|
    define_method(word) { |*values| note(word.to_sym, *values) }
  end
end

def cask(token, &block)
  $found = Cask.new.tap { |it| it.instance_eval(&block) }
  $found.facts[:token] = token
end

def load_for(file, os, arch)
  $here = Here.new(os, arch)
  $found = nil
  $installed = []
  $commands = []
  # Each time anew: a class that is there already would be opened again.
  Object.send(:remove_const, $class) if $class && Object.const_defined?($class)
  load file
  $class = $found.is_a?(Class) ? $found.name.to_sym : nil
  $found
end

def described(file, os, arch)
  found = load_for(file, os, arch)
  facts = { os: os, arch: arch, **found.facts, version: found.version }
  return facts unless found.is_a?(Class)

  formula = found.new
  formula.fetch if formula.respond_to?(:fetch)
  formula.install
  formula.instance_eval(&found.test_block)
  facts[:class] = found.name
  facts[:service] = Service.new.tap { |it| it.instance_eval(&found.service_block) }.facts if found.service_block
  facts[:caveats] = formula.caveats if formula.respond_to?(:caveats)
  { **facts, installed: $installed, commands: $commands }
end

file = File.expand_path(ARGV[1])
case ARGV[0]
when "read"
  $prefix = "prefix"
  all = %i[macos linux].product(%i[arm intel]).map { |os, arch| described(file, os, arch) }
  puts JSON.generate(all)
when "install"
  $real = true
  $prefix = ARGV[3]
  found = load_for(file, :linux, :intel)
  formula = found.new
  Dir.chdir(ARGV[2]) { formula.install }
  formula.instance_eval(&found.test_block)
  puts JSON.generate($installed)
end
