;; Takes all the memory it can get and looks through every byte of it for a text, which its arguments give with
;; the lowest bit of every byte turned round (its own copy must not be found). Answers how often the text is
;; there.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $at i32) (local $end i32) (local $i i32) (local $found i32)
  (block $full
    (loop $more
      (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
      (br $more)))
  (local.set $end (i32.sub (i32.shl (memory.size) (i32.const 16)) (local.get $size)))
  (loop $next
    (local.set $i (i32.const 0))
    (block $differs
      (loop $same
        (br_if $differs (i32.ne
          (i32.load8_u (i32.add (local.get $at) (local.get $i)))
          (i32.xor (i32.const 1) (i32.load8_u (i32.add (local.get $arguments) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $same (i32.lt_u (local.get $i) (local.get $size))))
      (local.set $found (i32.add (local.get $found) (i32.const 1))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br_if $next (i32.le_u (local.get $at) (local.get $end))))
  (call $number (local.get $found)))
