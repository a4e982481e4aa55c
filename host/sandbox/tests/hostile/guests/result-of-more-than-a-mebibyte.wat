;; Answers one byte more than a result may have.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.const 20)))
  (call $done (i32.const 65536) (i32.const 0x100001)))
