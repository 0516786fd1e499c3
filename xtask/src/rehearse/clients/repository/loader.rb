# Evaluates a formula as Homebrew's loader does on each system and processor, and prints the address and the digest that
# it names there. What else a formula may say is taken and forgotten; blocks such as `test do` are not run.
#
#   ruby loader.rb FORMULA

class Formula
  BLOCKS = { on_macos: [0, :macos], on_linux: [0, :linux], on_arm: [1, :arm], on_intel: [1, :intel] }.freeze

  class << self
    attr_accessor :here, :last

    def inherited(formula)
      super
      Formula.last = formula
    end

    BLOCKS.each do |word, (part, value)|
      define_method(word) { |&block| block.call if Formula.here[part] == value }
    end

    def url(*values, **)
      values.empty? ? @url : @url = values[0]
    end

    def sha256(*values)
      values.empty? ? @sha256 : @sha256 = values[0]
    end

    # Ruby itself has a method of this name, which takes other words.
    def test(*)
      nil
    end

    def respond_to_missing?(*)
      true
    end

    def method_missing(*)
      nil
    end
  end
end

%i[macos linux].product(%i[arm intel]).each do |here|
  Formula.here = here
  load ARGV.fetch(0)
  formula = Formula.last
  puts "#{formula.url} #{formula.sha256}" if formula.url
  Object.send(:remove_const, formula.name)
end
