;; Writes two hundred lines of a mebibyte each into the log.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $i i32)
  (drop (memory.grow (i32.const 20)))
  (memory.fill (i32.const 65536) (i32.const 65) (i32.const 0x100000))
  (loop $more
    (call $log (i32.const 3) (i32.const 65536) (i32.const 0x100000))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $more (i32.lt_u (local.get $i) (i32.const 200))))
  (call $number (i32.const 1)))
